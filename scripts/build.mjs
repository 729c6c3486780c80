// Bundles emulator/ into dist/: one chunk per command, so that starting up loads only what is asked for.
// `--if-stale` does nothing where dist/ is newer than everything it is made from.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const compiler = join(root, 'emulator/devicetree/dtc-parser/build');

const madeFrom = ['emulator', 'scripts/build.mjs', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

if (process.argv.includes('--if-stale') && isFresh()) {
  console.log('heapboard is built');
} else {
  rmSync(dist, { recursive: true, force: true });
  await bundle();
  copyCompiler();
  declareTypes();
  writeFileSync(stamp, '');
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return madeFrom.every((path) => newestChange(join(root, path)) <= builtAt);
}

function newestChange(path) {
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== 'node_modules' && !name.endsWith('.test.ts'));
  return Math.max(0, ...inside.map((name) => newestChange(join(path, name))));
}

async function bundle() {
  const { build } = await import('esbuild');
  const { dependencies, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: root,
    entryPoints: ['emulator/index.ts', 'emulator/cli/main.ts'],
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
}

/** The compiler travels beside the code, with its licence, its exact origin and its sources. */
function copyCompiler() {
  if (!existsSync(compiler)) {
    console.warn('dtc-parser is not built (scripts/build-dtc): .dts files will need a dtc on PATH');
    return;
  }
  mkdirSync(join(dist, 'dtc-parser'), { recursive: true });
  for (const file of readdirSync(compiler))
    copyFileSync(join(compiler, file), join(dist, 'dtc-parser', file));
}

function declareTypes() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    cwd: root,
    stdio: 'inherit',
  });
}
