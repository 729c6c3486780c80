#!/usr/bin/env node
// Fetches the devicetree blobs of Debian's newest 6.1 kernel for arm64 into .cache/blobs, for tests and figures.
// Needs no root and changes nothing of the system: apt works in a folder of its own. Does nothing where they are there.
//
//   scripts/fetch-blobs [--again]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, '.cache/blobs');
const packageForm = /^linux-image-6\.1\.0-(\d+)-arm64-unsigned$/;

function say(text) {
  console.log(`fetch-blobs: ${text}`);
}

/** The first of the tools needed that this machine does not have. */
function missingTool() {
  return ['apt-get', 'apt-cache', 'dpkg-deb'].find(
    (tool) => spawnSync(tool, ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' }).error !== undefined,
  );
}

function run(command, args, options = {}) {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
    killSignal: 'SIGKILL',
    ...options,
  });
}

/** apt with lists, cache and package states of its own, for another architecture than this machine's. */
function aptIn(folder) {
  const places = {
    lists: join(folder, 'lists'),
    cache: join(folder, 'cache'),
    status: join(folder, 'status'),
  };
  mkdirSync(join(places.lists, 'partial'), { recursive: true });
  mkdirSync(join(places.cache, 'archives/partial'), { recursive: true });
  writeFileSync(places.status, '');
  const settings = [
    ...['APT::Architecture=arm64', 'APT::Architectures::=arm64', 'APT::Sandbox::User=root'],
    ...[
      `Dir::State::lists=${places.lists}`,
      `Dir::Cache=${places.cache}`,
      `Dir::State::status=${places.status}`,
    ],
  ].flatMap((setting) => ['-o', setting]);
  return (command, ...args) => run(command, [...settings, ...args], { cwd: folder });
}

function newestPackage(apt) {
  const names = apt('apt-cache', 'search', '--names-only', '^linux-image-6.1.0-[0-9]+-arm64-unsigned$');
  const numbered = names.split('\n').flatMap((line) => {
    const name = line.split(' ')[0] ?? '';
    const number = packageForm.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  return numbered.sort((a, b) => b.number - a.number)[0]?.name;
}

function fetch(folder) {
  const apt = aptIn(folder);
  say('reads the list of packages for arm64');
  apt('apt-get', 'update', '-qq');
  const name = newestPackage(apt);
  if (name === undefined)
    throw new Error('the configured package sources have no linux-image-6.1.0-*-arm64-unsigned');
  say(`downloads ${name}`);
  apt('apt-get', 'download', '-qq', name);
  const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw new Error(`${name} was not downloaded`);

  const unpacked = join(folder, 'unpacked');
  run('dpkg-deb', ['--extract', join(folder, file), unpacked]);
  const images = join(unpacked, 'usr/lib');
  const blobs = readdirSync(images).find((entry) => entry.startsWith('linux-image-'));
  if (blobs === undefined) throw new Error(`${name} holds no blobs`);
  const version = run('dpkg-deb', ['--field', join(folder, file), 'Version']).trim();
  const finished = join(folder, 'blobs');
  run('cp', ['-r', join(images, blobs), finished]);
  writeFileSync(join(finished, 'SOURCE.json'), `${JSON.stringify({ package: name, version }, null, 2)}\n`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  run('cp', ['-r', finished, `${target}.unfinished`]);
  renameSync(`${target}.unfinished`, target);
}

if (existsSync(join(target, 'SOURCE.json')) && !process.argv.includes('--again')) {
  say('the blobs are there');
} else if (missingTool() !== undefined) {
  say(`skipped: needs ${missingTool()}, and the package sources of Debian 12 or a system like it`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fetch-blobs-'));
  try {
    fetch(folder);
    const count = readdirSync(target, { recursive: true }).filter((name) => name.endsWith('.dtb')).length;
    say(`${count} blobs lie in .cache/blobs`);
  } catch (error) {
    console.error(`fetch-blobs: ${error.message}`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
