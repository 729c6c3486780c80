import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { FixturePrograms, isInstalled } from '../../emulator/userland/native/testing/programs.ts';
import { runOnRecord } from './on-record.ts';

// Compiles the kernel's own selftest of heaps from Debian's sources and runs it under both forms of supervision, on
// every layout on which a real kernel ran it. What it prints and how it ends must be what was recorded.

const packageName = 'linux-source-6.1';
const member = 'tools/testing/selftests/dmabuf-heaps/dmabuf-heap.c';
const cache = fileURLToPath(new URL('../../.cache/selftest', import.meta.url));
const recorded = z
  .object({
    runs: z.array(z.object({ experiment: z.string(), output: z.string(), exit_status: z.number() })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/kernel/selftest.json', import.meta.url), 'utf8')));

/** The selftest's source and the headers that it includes, unpacked once; undefined where there are none. */
function selftestSource(): string | undefined {
  const source = join(cache, member);
  const tarball = `/usr/src/${packageName}.tar.xz`;
  if (existsSync(source)) return source;
  if (!existsSync(tarball)) return undefined;
  mkdirSync(cache, { recursive: true });
  const inside = [member, 'include/uapi/drm'].map((path) => `${packageName}/${path}`);
  execFileSync('tar', ['-xJf', tarball, '-C', cache, '--strip-components=1', ...inside]);
  return source;
}

/** What it printed of each heap. The host has no vgem; the order of the heaps is that of the folder. */
function sections(output: string): ReadonlyMap<string, string> {
  const plain = output.replaceAll('(Could not open vgem - skipping):  ', '');
  return new Map(
    plain
      .split('Testing heap: ')
      .slice(1)
      .map((section) => [section.split('\n')[0] ?? '', section] as const),
  );
}

/** Whether every heap of the record came out as recorded. */
function agrees(output: string, expected: string): boolean {
  const seen = sections(output);
  return [...sections(expected)].every(([heap, section]) => seen.get(heap) === section);
}

const source = isInstalled('gcc') ? selftestSource() : undefined;
if (source === undefined) {
  console.log(`selftest: skipped: gcc and /usr/src/${packageName}.tar.xz are needed`);
} else {
  const programs = new FixturePrograms();
  const include = `-I${join(cache, 'include/uapi')}`;
  const program = programs.c('dmabuf-heap', ['-static', '-D__user=', include], source);
  let failures = 0;
  for (const { experiment, output, exit_status } of recorded.runs) {
    for (const backend of ['notify', 'ptrace'] as const) {
      const run = await runOnRecord(programs, { kernel: '6.1', record: experiment, program, backend });
      const equal = agrees(run.output, output) && run.outcome.exitCode === exit_status;
      if (!equal) failures += 1;
      console.log(
        `${experiment} under ${backend}: ${equal ? 'as recorded' : 'differs'}, exit ${exit_status}`,
      );
      if (!equal) console.log(`exit ${run.outcome.exitCode}\n${run.output}\nrecorded:\n${output}`);
    }
  }
  programs.remove();
  process.exitCode = failures === 0 ? 0 : 1;
}
