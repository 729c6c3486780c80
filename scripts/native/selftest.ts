import { FixturePrograms, isInstalled } from '../../emulator/userland/native/testing/programs.ts';
import { recordedSelftests, selftestOptions, selftestPackage, selftestSource } from '../selftest-source.ts';
import { runOnRecord } from './on-record.ts';

// Compiles the kernel's own selftest of heaps from Debian's sources and runs it under both forms of supervision, on
// every layout on which a real kernel ran it. What it prints and how it ends must be what was recorded.

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
  console.log(`selftest: skipped: gcc and /usr/src/${selftestPackage}.tar.xz are needed`);
} else {
  const programs = new FixturePrograms();
  const program = programs.c('dmabuf-heap', selftestOptions, source);
  let failures = 0;
  for (const { experiment, output, exit_status } of recordedSelftests()) {
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
