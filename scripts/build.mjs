// Bundles emulator/ and the libraries it uses into dist/: one chunk per command, so that starting up reads few files
// and only those that are asked for (bundled, a start takes two thirds of the time).
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
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const compiler = join(root, 'emulator/devicetree/dtc-parser/build');

/** Packages that bring files of their own and so stay what they are: installed beside this one. */
const installed = ['@swc/wasm-typescript', 'koffi', 'tinypool'];

const madeFrom = [
  'emulator',
  'dts',
  'scripts/build.mjs',
  'scripts/one-core.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

if (process.argv.includes('--if-stale') && isFresh()) {
  console.log('heapboard is built');
} else {
  rmSync(dist, { recursive: true, force: true });
  await bundle();
  copyCompiler();
  await prebuildBoards();
  declareTypes();
  writeFileSync(stamp, '');
}
linkCommand();

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
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { oneCore } = await import('./one-core.mjs');
  const options = {
    absWorkingDir: root,
    entryPoints: [
      'emulator/index.ts',
      'emulator/cli/main.ts',
      'emulator/cli/sweep/worker.ts',
      'emulator/testing/index.ts',
      'emulator/testing/vitest.ts',
    ],
    outdir: dist,
    outbase: 'emulator',
    bundle: true,
    splitting: true,
    metafile: true,
    minifyWhitespace: true,
    // Node prints the line of an error that nobody caught: it is not to fill the screen.
    lineLimit: 160,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: [...installed, 'vitest'],
    chunkNames: 'chunks/[name]-[hash]',
    // Libraries in CommonJS form call require() for what Node brings.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    define: { HEAPBOARD_VERSION: JSON.stringify(version) },
    legalComments: 'none',
    logLevel: 'warning',
  };
  const core = await oneCore(options, ['emulator/cli/cli.ts', 'emulator/cli/commands/boot.ts']);
  const { metafile } = await build({ ...options, plugins: [core] });
  chmodSync(join(dist, 'cli/main.js'), 0o755);
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));
}

/** The licences of the libraries that were bundled, each under its package's name and version. */
function licencesOf(inputs) {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text =
      file === undefined ? `Licence: ${license}` : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
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

/** The boards' trees, compiled: a source that includes nothing, and its blob beside it. */
async function prebuildBoards() {
  if (!existsSync(compiler)) return;
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['emulator/devicetree/dtc-parser/index.ts'],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { DevicetreeCompiler } = await import(`data:text/javascript;base64,${code}`);
  const own = new DevicetreeCompiler(async (name) => readFileSync(join(compiler, `${name}.wasm`)));
  mkdirSync(join(dist, 'prebuilt'), { recursive: true });
  for (const board of readdirSync(join(root, 'dts'))) {
    const file = join(root, 'dts', board, `${board}.dts`);
    // A variant of a board may have overlays alone.
    if (!existsSync(file)) continue;
    const source = readFileSync(file);
    if (/^\s*#\s*include|\/include\/|\/incbin\//m.test(source.toString())) continue;
    const { dtb } = await own.compile(source, { file: `${board}.dts` });
    writeFileSync(join(dist, 'prebuilt', `${board}.dts`), source);
    writeFileSync(join(dist, 'prebuilt', `${board}.dtb`), dtb);
  }
}

/** npm links the commands of dependencies only; `npx heapboard` shall work in the checkout itself too. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/heapboard');
  rmSync(link, { force: true });
  symlinkSync('../../dist/cli/main.js', link);
}

function declareTypes() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    cwd: root,
    stdio: 'inherit',
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
}
