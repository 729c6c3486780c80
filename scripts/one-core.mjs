// What most commands need travels in one file. Left alone, esbuild makes a file for every set of entry points that
// share a module; reading some thirty small files took a fifth of the time of a start.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const name = 'heapboard:core';

/**
 * A plugin that puts `starts` and all that they import statically into one chunk: it lets every entry point import the
 * whole of it, so that esbuild finds nothing to tell its modules apart by.
 */
export async function oneCore(options, starts) {
  const root = options.absWorkingDir;
  const { metafile } = await build({ ...options, metafile: true, write: false, logLevel: 'silent' });
  const core = staticClosure(metafile.inputs, starts);
  const entries = new Set([...options.entryPoints, ...dynamicTargets(metafile.inputs)]);
  return {
    name: 'one-core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
      onLoad({ filter: /.*/, namespace: name }, () => ({
        contents: core.map((file) => `import ${JSON.stringify(join(root, file))};`).join('\n'),
        resolveDir: root,
      }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!entries.has(relative(root, path))) return undefined;
        const text = readFileSync(path, 'utf8');
        const afterShebang = /^(#!.*\n)?/;
        return {
          contents: text.replace(afterShebang, (shebang) => `${shebang}import '${name}';`),
          loader: 'ts',
        };
      });
    },
  };
}

function staticClosure(inputs, starts) {
  const found = new Set(starts);
  for (const file of found)
    for (const { path, kind } of inputs[file].imports)
      if (kind === 'import-statement' && inputs[path] !== undefined) found.add(path);
  return [...found].filter((file) => file.startsWith('emulator/'));
}

function dynamicTargets(inputs) {
  return Object.values(inputs)
    .flatMap((input) => input.imports)
    .filter(({ kind, path }) => kind === 'dynamic-import' && path.startsWith('emulator/'))
    .map(({ path }) => path);
}
