#!/usr/bin/env node
// Builds dtc.wasm and fdtoverlay.wasm, the devicetree compiler as WebAssembly, from the sources inside Debian's
// linux-source package. Needs no root; does nothing where the outputs are already those of this script and package.
//
//   scripts/build-dtc [--check | --force]     --check only tells (exit code 0) whether the outputs are up to date
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourcePackage = 'linux-source-6.1';
const tarball = `/usr/src/${sourcePackage}.tar.xz`;
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const outputFolder = join(root, 'emulator/devicetree/dtc-parser/build');

const dtcSources = 'dtc checks data flattree fstree livetree srcpos treesource util'.split(' ');
const libfdtSources =
  'fdt fdt_ro fdt_wip fdt_sw fdt_rw fdt_strerror fdt_empty_tree fdt_addresses fdt_overlay'.split(' ');
const headers = 'dtc.h srcpos.h util.h version_gen.h libfdt/fdt.h libfdt/libfdt.h libfdt/libfdt_env.h'.split(
  ' ',
);
const sources = [
  ...dtcSources.map((name) => `${name}.c`),
  'dtc-lexer.l',
  'dtc-parser.y',
  'fdtoverlay.c',
  ...headers,
  'libfdt/libfdt_internal.h',
  ...libfdtSources.map((name) => `libfdt/${name}.c`),
];
/** The texts that must travel with the binaries: of the sources, and of the C library and runtime linked into them. */
const licences = [
  { name: 'LICENSE.GPL-2.0', from: 'LICENSES/preferred/GPL-2.0' },
  { name: 'LICENSE.BSD-2-Clause', from: 'LICENSES/preferred/BSD-2-Clause' },
  { name: 'LICENSE.wasi-libc', from: '/usr/share/doc/wasi-libc/copyright' },
  { name: 'LICENSE.compiler-rt', from: '/usr/share/doc/libclang-rt-14-dev-wasm32/copyright' },
];
const outputs = [
  'dtc.wasm',
  'fdtoverlay.wasm',
  'dtc-src.tar.xz',
  ...licences.map(({ name }) => name),
  'SOURCE.json',
];

// The stack grows towards address 0, so that an overflow traps instead of overwriting data.
const compile = [
  ...['--target=wasm32-wasi', '--sysroot=/usr', '-Oz', '-flto', '-DNO_YAML', '-I.', '-Ilibfdt'],
  ...['-Wl,-s', '-Wl,--stack-first', '-Wl,-z,stack-size=4194304'],
];

const needs = [
  { package: sourcePackage, present: () => existsSync(tarball) },
  { package: 'xz-utils', present: () => onPath('xz') },
  { package: 'flex', present: () => onPath('flex') },
  { package: 'bison', present: () => onPath('bison') },
  { package: 'clang', present: () => onPath('clang') },
  { package: 'lld', present: () => onPath('wasm-ld') },
  { package: 'wasi-libc', present: () => existsSync('/usr/lib/wasm32-wasi/libc.a') },
  { package: 'libclang-rt-14-dev-wasm32', present: hasWasmRuntime },
];

function hasWasmRuntime() {
  const folder = '/usr/lib/llvm-14/lib/clang';
  return existsSync(folder) && readdirSync(folder).some((name) => existsSync(join(folder, name, 'lib/wasi')));
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000,
    killSignal: 'SIGKILL',
  }).trim();
}

function say(text) {
  console.log(`build-dtc: ${text}`);
}

/** The installed version of a Debian package; undefined where there is none or no dpkg. */
function packageVersion(name) {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholder
    const format = '${db:Status-Status} ${Version}';
    const text = execFileSync('dpkg-query', ['-W', '-f', format, name], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    const [status, version] = text.toString().split(' ');
    return status === 'installed' ? version : undefined;
  } catch {
    return undefined;
  }
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether the outputs were made by this very script, from the package that is installed now (if one is). */
function upToDate(version) {
  if (!outputs.every((name) => existsSync(join(outputFolder, name)))) return false;
  const made = JSON.parse(readFileSync(join(outputFolder, 'SOURCE.json'), 'utf8'));
  return (
    made.buildScript === sha256(readFileSync(self)) && (version === undefined || made.version === version)
  );
}

function build(version, folder) {
  say(`unpacks scripts/dtc of ${sourcePackage} ${version}`);
  const members = ['scripts/dtc', 'LICENSES/preferred'].map((path) => `${sourcePackage}/${path}`);
  run('tar', ['-xJf', tarball, '-C', folder, '--strip-components=1', ...members]);
  const source = join(folder, 'scripts/dtc');

  say('compiles dtc.wasm and fdtoverlay.wasm');
  run('flex', ['-o', 'dtc-lexer.lex.c', 'dtc-lexer.l'], source);
  run('bison', ['-d', '-o', 'dtc-parser.tab.c', 'dtc-parser.y'], source);
  const dtc = [...dtcSources.map((name) => `${name}.c`), 'dtc-lexer.lex.c', 'dtc-parser.tab.c'];
  const fdtoverlay = [...libfdtSources.map((name) => `libfdt/${name}.c`), 'util.c', 'fdtoverlay.c'];
  mkdirSync(outputFolder, { recursive: true });
  run('clang', [...compile, ...dtc, '-o', join(outputFolder, 'dtc.wasm')], source);
  run('clang', [...compile, ...fdtoverlay, '-o', join(outputFolder, 'fdtoverlay.wasm')], source);

  say('packs the sources and the licence texts');
  copyFileSync(self, join(source, 'build-dtc.mjs'));
  const archive = join(outputFolder, 'dtc-src.tar.xz');
  const stable = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--transform=s,^,dtc-src/,',
  ];
  run('tar', ['-cJf', archive, ...stable, 'build-dtc.mjs', ...sources], source);
  for (const { name, from } of licences)
    copyFileSync(join(from.startsWith('/') ? '/' : folder, from), join(outputFolder, name));
  writeFileSync(
    join(outputFolder, 'SOURCE.json'),
    `${JSON.stringify(provenance(version, source), null, 2)}\n`,
  );
}

function provenance(version, source) {
  const tools = ['clang', 'lld', 'wasi-libc', 'libclang-rt-14-dev-wasm32', 'flex', 'bison'];
  return {
    about:
      'What dtc.wasm and fdtoverlay.wasm were built from. The sources, unchanged, are in dtc-src.tar.xz.',
    distribution: 'Debian',
    package: sourcePackage,
    version,
    folder: 'scripts/dtc',
    dtcVersion: /"DTC ([^"]+)"/.exec(readFileSync(join(source, 'version_gen.h'), 'utf8'))?.[1] ?? 'unknown',
    licence: 'GPL-2.0-or-later',
    libfdtLicence: 'GPL-2.0-or-later OR BSD-2-Clause',
    command: ['clang', ...compile].join(' '),
    tools: Object.fromEntries(tools.map((name) => [name, packageVersion(name) ?? 'unknown'])),
    files: Object.fromEntries(sources.map((name) => [name, sha256(readFileSync(join(source, name)))])),
    buildScript: sha256(readFileSync(self)),
  };
}

const version = packageVersion(sourcePackage);
if (!process.argv.includes('--force') && upToDate(version)) {
  say('dtc.wasm and fdtoverlay.wasm are up to date');
} else if (process.argv.includes('--check')) {
  say('dtc.wasm and fdtoverlay.wasm are not up to date');
  process.exitCode = 1;
} else {
  const missing = needs.filter((need) => !need.present()).map((need) => need.package);
  if (missing.length > 0) {
    console.error(`build-dtc: needs the Debian package${missing.length > 1 ? 's' : ''} ${missing.join(' ')}`);
    console.error(`build-dtc: install with: apt-get install ${missing.join(' ')}`);
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'build-dtc-'));
  try {
    build(version ?? 'unknown', folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`wrote ${outputs.join(', ')}`);
}
