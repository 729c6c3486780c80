import type { SourcePosition } from '../../base/position.ts';

/** A piece of text as dtc names it. A node's starts at its `{`, a property's at its name. Ends are exclusive. */
export interface Extent extends SourcePosition {
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** dtc's words on where one node and its properties stand; read where they are asked for, which few are. */
export class NodeAnnotation {
  readonly #extents: string;
  readonly #properties = new Map<string, string>();

  constructor(extents: string) {
    this.#extents = extents;
  }

  add(property: string, extents: string): void {
    this.#properties.set(property, extents);
  }

  /** Every piece of text that speaks of the node, oldest first. */
  get extents(): readonly Extent[] {
    return readExtents(this.#extents);
  }

  /** The text of a property. */
  property(name: string): Extent | undefined {
    return readExtents(this.#properties.get(name) ?? '')[0];
  }
}

/** Reads what `dtc -T -T -O dts` prints: by path, where each node and property comes from. */
export function readAnnotations(text: string): ReadonlyMap<string, NodeAnnotation> {
  const found = new Map<string, NodeAnnotation>();
  const open: { readonly path: string; readonly annotation: NodeAnnotation }[] = [];
  for (const line of text.split('\n')) {
    const start = firstBehindTabs(line);
    if (start === line.length) continue;
    const commentAt = line.endsWith(' */') ? line.lastIndexOf(' /* ') : -1;
    const statement = line.slice(start, commentAt < 0 ? undefined : commentAt);
    const extents = commentAt < 0 ? '' : line.slice(commentAt + 4, -3);
    if (statement === '};') {
      open.pop();
    } else if (statement.endsWith(' {')) {
      const parent = open.at(-1)?.path;
      const path = parent === undefined ? '/' : `${parent === '/' ? '' : parent}/${nameOf(statement)}`;
      const annotation = new NodeAnnotation(extents);
      found.set(path, annotation);
      open.push({ path, annotation });
    } else {
      open.at(-1)?.annotation.add(nameOf(statement), extents);
    }
  }
  return found;
}

function firstBehindTabs(line: string): number {
  let start = 0;
  while (line[start] === '\t') start++;
  return start;
}

const nameForm = /^(?:[A-Za-z_]\w*: )*([^\s;]+)/;

/** The name in a statement: behind its labels. */
function nameOf(statement: string): string {
  return nameForm.exec(statement)?.[1] ?? '';
}

const extentForm = /^(.*):(\d+):(\d+)-(\d+):(\d+)$/;

/** Reads `FILE:LINE:COLUMN-LINE:COLUMN, …`; what the compiler made up itself has no file and is left out. */
function readExtents(list: string): readonly Extent[] {
  return list.split(/(?<=:\d+), /).flatMap((text) => {
    const [, file, line, column, endLine, endColumn] = extentForm.exec(text) ?? [];
    if (file === undefined) return [];
    return [
      {
        ...{ file, line: Number(line), column: Number(column) },
        ...{ endLine: Number(endLine), endColumn: Number(endColumn) },
      },
    ];
  });
}
