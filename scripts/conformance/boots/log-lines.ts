interface Line {
  readonly level?: number | undefined;
  readonly text: string;
}

const prefixes = [
  'Reserved memory:',
  'OF: reserved mem:',
  'OF: fdt: Reserved memory',
  'cma:',
  'OVERLAP',
  'dma_heap',
  'cma_heap',
  'Memory limited',
  'Malformed',
  'Skipping dt',
];

const [zonesBegin, zonesEnd] = ['Zone ranges:', 'Initmem setup'];
const overlapSaid = 'OVERLAP DETECTED!';

/** The one figure of the `Memory:` line that does not depend on the kernel's own size. */
function cmaReserved(line: Line): Line | undefined {
  const figure = /(\d+K) cma-reserved/.exec(line.text)?.[1];
  return figure === undefined ? undefined : { level: line.level, text: `Memory: … ${figure} cma-reserved` };
}

/** The lines of a kernel log that are compared: those about reserved memory, areas, heaps and zones. */
export function comparedLines(log: readonly Line[]): readonly Line[] {
  const compared: Line[] = [];
  let inZones = false;
  let afterOverlap = false;
  for (const line of log) {
    if (line.text.startsWith(zonesBegin)) inZones = true;
    if (inZones || afterOverlap || prefixes.some((prefix) => line.text.startsWith(prefix)))
      compared.push(line);
    else if (line.text.startsWith('Memory:')) compared.push(...[cmaReserved(line) ?? []].flat());
    if (line.text.startsWith(zonesEnd)) inZones = false;
    afterOverlap = line.text.endsWith(overlapSaid);
  }
  return compared;
}
