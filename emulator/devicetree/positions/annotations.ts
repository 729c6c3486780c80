import type { SourcePosition } from '../../base/position.ts';

/** A piece of text as dtc names it. A node's starts at its `{`, a property's at its name. Ends are exclusive. */
export interface Extent extends SourcePosition {
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where one node stands: every piece of text that speaks of it, oldest first, and the text of each property. */
export interface NodeAnnotation {
  readonly extents: readonly Extent[];
  readonly properties: ReadonlyMap<string, Extent>;
}

/** Reads what `dtc -T -T -O dts` prints: by path, where each node and property comes from. */
export function readAnnotations(text: string): ReadonlyMap<string, NodeAnnotation> {
  const found = new Map<string, NodeAnnotation>();
  const open: { readonly path: string; readonly properties: Map<string, Extent> }[] = [];
  for (const line of text.split('\n')) {
    const start = line.search(/[^\t]/);
    if (start < 0) continue;
    const commentAt = line.lastIndexOf(' /* ');
    const hasComment = commentAt >= 0 && line.endsWith(' */');
    const statement = hasComment ? line.slice(start, commentAt) : line.slice(start);
    const extents = hasComment ? readExtents(line.slice(commentAt + 4, -3)) : [];
    if (statement === '};') {
      open.pop();
    } else if (statement.endsWith(' {')) {
      const parent = open.at(-1)?.path;
      const path =
        parent === undefined ? '/' : `${parent === '/' ? '' : parent}/${nameOf(statement, / \{$/)}`;
      const properties = new Map<string, Extent>();
      found.set(path, { extents, properties });
      open.push({ path, properties });
    } else {
      const [extent] = extents;
      if (extent !== undefined) open.at(-1)?.properties.set(nameOf(statement, /(?: = .*)?;$/), extent);
    }
  }
  return found;
}

/** The name in a statement: without the labels before it, and what comes behind. */
function nameOf(statement: string, behind: RegExp): string {
  return statement.replace(/^(?:[A-Za-z_]\w*: )*/, '').replace(behind, '');
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
