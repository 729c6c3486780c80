const version = '/dts-v1/;';
const isHeaderLine = (line: string) => line.startsWith('/memreserve/') || line.startsWith(version);

/**
 * The tree of an experiment: the machine's own tree, then the fragment, with the fragment's
 * memory reservations moved to the top, where the language wants them.
 */
export function composeTree(base: string, fragment: string): string {
  const lines = fragment.split('\n');
  const reservations = lines.filter((line) => line.startsWith('/memreserve/'));
  const body = lines.filter((line) => !isHeaderLine(line)).join('\n');
  return [version, ...reservations, base].join('\n') + body;
}

/** The machine's own tree out of a whole one: what `composeTree` was given. Undefined where it was not made so. */
export function baseOfTree(tree: string, fragment: string): string | undefined {
  const empty = composeTree('\0', fragment);
  const [head = '', tail = ''] = empty.split('\0');
  if (!tree.startsWith(head) || !tree.endsWith(tail) || tree.length < head.length + tail.length)
    return undefined;
  return tree.slice(head.length, tree.length - tail.length);
}

/** The size of a RAM in one spelling: `1G` and `1024M` name the same machine. */
export function machineName(ram: string): string {
  const match = /^(\d+)([MG])$/.exec(ram);
  if (match === null) throw new Error(`RAM of ${ram}: expected a number of M or G`);
  return `${Number(match[1]) * (match[2] === 'G' ? 1024 : 1)}M`;
}
