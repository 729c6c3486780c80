import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The kernel's own selftest of heaps: its source, which is never kept here, and what real kernels printed. */

export const selftestPackage = 'linux-source-6.1';
const member = 'tools/testing/selftests/dmabuf-heaps/dmabuf-heap.c';
const cache = fileURLToPath(new URL('../.cache/selftest', import.meta.url));

/** Compiler options for the headers that it includes. */
export const selftestOptions: readonly string[] = [
  '-static',
  '-D__user=',
  `-I${join(cache, 'include/uapi')}`,
];

const recordsFile = z.object({
  runs: z.array(z.object({ experiment: z.string(), output: z.string(), exit_status: z.number() })),
});

/** What it printed on each layout, and how it ended. */
export function recordedSelftests() {
  const text = readFileSync(new URL('../fixtures/kernel/selftest.json', import.meta.url), 'utf8');
  return recordsFile.parse(JSON.parse(text)).runs;
}

/** The source, unpacked once from Debian's package with the headers that it includes; undefined where there is none. */
export function selftestSource(): string | undefined {
  const source = join(cache, member);
  const tarball = `/usr/src/${selftestPackage}.tar.xz`;
  if (existsSync(source)) return source;
  if (!existsSync(tarball)) return undefined;
  mkdirSync(cache, { recursive: true });
  const inside = [member, 'include/uapi/drm'].map((path) => `${selftestPackage}/${path}`);
  const words = ['-xJf', tarball, '-C', cache, '--strip-components=1', ...inside];
  execFileSync('tar', words, { timeout: 300_000, killSignal: 'SIGKILL' });
  return source;
}
