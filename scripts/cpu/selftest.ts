import { compileForAarch64, hasCrossCompiler } from '../../emulator/testing/cross-compiler.ts';
import { executeElf } from '../../emulator/userland/elf/execute.ts';
import { workloadHost } from '../../emulator/whatif/workload-host.ts';
import { bootAsRecorded } from '../conformance/boots/emulate-boot.ts';
import { openRecords, ownRecordsFolder } from '../records/read.ts';
import { recordedSelftests, selftestOptions, selftestPackage, selftestSource } from '../selftest-source.ts';

// Compiles the kernel's own selftest of heaps for AArch64 and runs it on the emulated processor, as process 1, on every
// layout on which a real kernel ran it. What it prints and how it ends must be what was recorded.

const source = hasCrossCompiler() ? selftestSource() : undefined;
if (source === undefined)
  console.log(`selftest: skipped: aarch64-linux-gnu-gcc and /usr/src/${selftestPackage}.tar.xz are needed`);
else await compare(compileForAarch64(source, selftestOptions));

async function compare(bytes: Uint8Array): Promise<void> {
  const records = openRecords(ownRecordsFolder);
  let failures = 0;
  for (const { experiment, output, exit_status } of recordedSelftests()) {
    const boot = records.boot('6.1', experiment);
    if (boot === undefined) throw new Error(`the boot ${experiment} is not recorded`);
    const system = await bootAsRecorded(boot, records);
    let printed = '';
    const decoder = new TextDecoder();
    const began = performance.now();
    const outcome = await executeElf(system.running, workloadHost(system), {
      files: [{ path: '/init', mode: 0o755, bytes }],
      path: '/init',
      argv: ['/init'],
      environment: [],
      identity: { uid: 0, gid: 0, groups: [] },
      isInit: true,
      console: {
        read: () => new Uint8Array(0),
        write(_stream, text) {
          printed += decoder.decode(text);
        },
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const agrees = printed === output && outcome.exitCode === exit_status;
    if (!agrees) failures += 1;
    const millions = (outcome.instructions / 1e6).toFixed(0);
    console.log(
      `${experiment}: ${agrees ? 'as recorded' : 'differs'}, ${millions} million instructions in ${seconds.toFixed(2)} s`,
    );
    if (!agrees) console.log(printed);
  }
  process.exitCode = failures === 0 ? 0 : 1;
}
