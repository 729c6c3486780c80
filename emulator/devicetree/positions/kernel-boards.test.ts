import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardsOf, kernelSources } from '../../../scripts/corpus/kernel-sources.ts';
import type { SourcePosition } from '../../base/position.ts';
import { loadDeviceTreeFile } from '../node.ts';
import type { DeviceTree } from '../tree.ts';

const sources = kernelSources();
if (sources === undefined) console.info('no kernel sources: the package linux-source-6.1 is not installed');

/** What the compiler makes up itself: it stands nowhere. */
const generated = /^\/__(?:symbols|fixups|local_fixups)__/;

/** The text of the kernel's files from a position to the end of its line. */
class KernelText {
  readonly #files = new Map<string, readonly string[]>();

  at({ file, line, column = 1 }: SourcePosition): string {
    const lines = this.#files.get(file) ?? readFileSync(file, 'utf8').split('\n');
    this.#files.set(file, lines);
    return (lines[line - 1] ?? '').slice(column - 1);
  }
}

describe.skipIf(sources === undefined)('positions in the boards of the kernel', () => {
  const text = new KernelText();
  const trees: DeviceTree[] = [];

  beforeAll(async () => {
    const boards = boardsOf(sources ?? '', 'arm64').filter((_, index) => index % 80 === 0);
    for (const board of boards) {
      const tree = await loadDeviceTreeFile(join(sources ?? '', board));
      // An overlay's root is the compiler's own as well.
      if (tree.node('/fragment@0') === undefined) trees.push(tree);
    }
  });

  const nodes = () =>
    trees
      .flatMap((tree) => [...tree.root.walk()].map((node) => ({ tree, node })))
      .filter(({ node }) => !generated.test(node.path));

  it('exist for every node', () => {
    const without = nodes().filter(({ tree, node }) => tree.positions?.node(node.path) === undefined);
    expect(without.map(({ tree, node }) => `${tree.file}: ${node.path}`)).toEqual([]);
    expect(nodes().length).toBeGreaterThan(1000);
  });

  it('show a property where its name is, or the start of a line with macros', () => {
    const wrong = nodes().flatMap(({ tree, node }) =>
      [...node.properties.keys()].flatMap((name) => {
        const position = tree.positions?.property(node.path, name);
        if (position === undefined) return name === 'phandle' ? [] : `${tree.file}: ${node.path}: ${name}`;
        const isLineStart =
          text
            .at({ ...position, column: 1 })
            .slice(0, (position.column ?? 1) - 1)
            .trim() === '';
        return isLineStart || text.at(position).startsWith(name) ? [] : `${name}: ${text.at(position)}`;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('show the first definition of what was overridden, by its name and elsewhere', () => {
    let found = 0;
    for (const { tree, node } of nodes()) {
      for (const name of node.properties.keys()) {
        const first = tree.positions?.firstDefined(node.path, name);
        if (first === undefined) continue;
        found += 1;
        expect(
          text.at(first).startsWith(name) || text.at({ ...first, column: 1 }).trimStart() === text.at(first),
        ).toBe(true);
        expect(first).not.toEqual(tree.positions?.property(node.path, name));
      }
    }
    expect(found).toBeGreaterThan(50);
  });
});
