/** Files that cannot be read or written. */
export const fileErrors = {
  'file-missing': (facts: { readonly file: string }) => `${facts.file}: no such file`,
  'file-unreadable': (facts: { readonly file: string; readonly reason: string }) =>
    `${facts.file}: cannot be read: ${facts.reason}`,
  'file-empty': (facts: { readonly file: string }) => `${facts.file}: is empty`,
  'file-is-folder': (facts: { readonly file: string; readonly expected: string }) =>
    `${facts.file}: is a folder, ${facts.expected} was expected`,
  'file-unwritable': (facts: { readonly file: string; readonly reason: string }) =>
    `${facts.file}: cannot be written: ${facts.reason}`,
} as const;
