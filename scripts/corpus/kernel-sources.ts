import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageName = 'linux-source-6.1';
const tarball = `/usr/src/${packageName}.tar.xz`;
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));

export const architectures = ['arm64', 'arm', 'riscv'] as const;
export type Architecture = (typeof architectures)[number];

/**
 * The devicetree sources of Debian's kernel package, unpacked once into .cache/; undefined where the package is not
 * installed.
 */
export function kernelSources(): string | undefined {
  const folder = join(cache, packageName);
  if (existsSync(folder)) return folder;
  if (!existsSync(tarball)) return undefined;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const members = [...architectures.map((arch) => `arch/${arch}/boot/dts`), 'include', 'scripts/dtc'];
  const inside = members.map((member) => `${packageName}/${member}`);
  const words = ['-xJf', tarball, '-C', unfinished, '--strip-components=1', ...inside];
  execFileSync('tar', words, { timeout: 300_000, killSignal: 'SIGKILL' });
  renameSync(unfinished, folder);
  return folder;
}

/** The boards of an architecture, as paths below the sources' folder, sorted. */
export function boardsOf(sources: string, architecture: Architecture): readonly string[] {
  const below = join('arch', architecture, 'boot/dts');
  return readdirSync(join(sources, below), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dts'))
    .map((name) => join(below, name))
    .sort();
}
