import type { ListedEntry, ReadFile } from '../whatif/read-file.ts';

/** A file with its text instead of its bytes. */
export type ShownFile =
  | { readonly path: string; readonly kind: 'file'; readonly text: string }
  | Extract<ReadFile, { kind: 'folder' }>;

/** Files as cat prints them, folders as lists; several are told apart by their paths. */
export function filesText(files: readonly ShownFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1) return body(only);
  return files.map((file) => `==> ${file.path} <==\n${withLineFeed(body(file))}`).join('\n');
}

function body(file: ShownFile): string {
  if (file.kind === 'file') return file.text;
  return file.entries.map((entry) => `${entryText(entry)}\n`).join('');
}

function entryText({ name, kind, target }: ListedEntry): string {
  if (kind === 'folder') return `${name}/`;
  return target === undefined ? name : `${name} -> ${target}`;
}

function withLineFeed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
