/** Modules, device rules and containers: what programs on the board set up. */
export const userlandErrors = {
  'module-unknown': (facts: { readonly name: string; readonly known: readonly string[] }) =>
    `no module is called "${facts.name}"; known are ${facts.known.join(', ')}`,
  'module-twice': (facts: { readonly name: string }) =>
    `the module ${facts.name} is to be loaded twice; it can be loaded once, and stays`,
  'module-file-broken': (facts: { readonly file: string }) =>
    `${facts.file}: is no kernel module for arm64 (an ELF object with a .modinfo section)`,
  'rules-broken': (facts: { readonly problem: string }) => facts.problem,
} as const;
