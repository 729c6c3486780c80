import type { FileAccess } from './files.ts';
import { folderOf, joinPath } from './preprocess/include-search.ts';

/** How far up a kernel tree is looked for; the deepest sources lie eight folders down. */
const levelsUp = 12;

/** What lies in a kernel tree and holds headers of devicetree sources, in the order of the kernel's own build. */
const headerFolders = [
  { headers: 'scripts/dtc/include-prefixes', sign: 'scripts/dtc/include-prefixes' },
  { headers: 'include', sign: 'include/dt-bindings' },
];

/**
 * The folders that `#include <…>` searches for a source inside a kernel tree, or in a tree laid out like one: found by
 * walking up from the file. Empty for a source anywhere else.
 */
export function kernelIncludePaths(file: string, files: FileAccess): readonly string[] {
  const found: string[] = [];
  const boards = /^(?:.*\/)?arch\/[^/]+\/boot\/dts(?=\/|$)/.exec(folderOf(file))?.[0];
  if (boards !== undefined) found.push(boards);
  let folder = folderOf(file);
  for (let level = 0; level < levelsUp; level++) {
    for (const { headers, sign } of headerFolders) {
      if (files.status(joinPath(folder, sign)).kind === 'folder') found.push(joinPath(folder, headers));
    }
    // One tree is enough: what lies above it belongs to something else.
    if (found.length > (boards === undefined ? 0 : 1) || folder === '/') break;
    folder = joinPath(folder, '..');
  }
  return found;
}
