import { type ExecuteOptions, executeElf } from '../userland/elf/execute.ts';
import type { ElfOutcome } from '../userland/elf/outcome.ts';
import { boot } from '../whatif/boot.ts';
import { workloadHost } from '../whatif/workload-host.ts';

/** What a program printed, and how it ended. */
export interface ElfRunSeen extends ElfOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** The kernel log. */
  readonly log: readonly string[];
}

/** Boots a board and runs an AArch64 program on it. */
export async function runElfOn(
  board: string,
  bytes: Uint8Array,
  options: Partial<ExecuteOptions> & { readonly stdin?: string } = {},
): Promise<ElfRunSeen> {
  const system = await boot(board, {});
  const printed = { stdout: '', stderr: '' };
  const decoder = new TextDecoder();
  let input = new TextEncoder().encode(options.stdin ?? '');
  const outcome = await executeElf(system.running, workloadHost(system), {
    files: [{ path: '/bin/program', mode: 0o755, bytes }],
    path: '/bin/program',
    argv: ['program'],
    environment: [],
    identity: { uid: 0, gid: 0, groups: [] },
    console: {
      read(lengthBytes) {
        const taken = input.subarray(0, lengthBytes);
        input = input.subarray(lengthBytes);
        return taken;
      },
      write(stream, text) {
        printed[stream] += decoder.decode(text);
      },
    },
    ...options,
  });
  return { ...outcome, ...printed, log: system.dmesg.map(({ text }) => text) };
}
