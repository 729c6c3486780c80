// Bundles emulator/ into dist/: one chunk per command, so that starting up loads only what is asked for.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { dependencies, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// esbuild keeps the folder of each entry, so the bin lands in dist/cli/main.js.
const entries = ['emulator/index.ts', 'emulator/cli/main.ts'];

rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  outbase: 'emulator',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(dependencies),
  chunkNames: 'chunks/[name]-[hash]',
  define: { HEAPBOARD_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
});
chmodSync(join(dist, 'cli/main.js'), 0o755);

// The compiler travels beside the code, with its licence, its exact origin and its sources.
const compiler = join(root, 'emulator/devicetree/dtc-parser/build');
if (existsSync(compiler)) {
  mkdirSync(join(dist, 'dtc-parser'), { recursive: true });
  for (const file of readdirSync(compiler))
    copyFileSync(join(compiler, file), join(dist, 'dtc-parser', file));
} else {
  console.warn(
    'dtc-parser has not been built (scripts/build-dtc): dist/ will need a dtc on PATH for .dts files',
  );
}

execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
