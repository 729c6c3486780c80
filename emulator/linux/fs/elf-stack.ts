import type { ExecutedImage, Task } from '../kernel/task.ts';
import { copyToUser } from '../mm/uaccess.ts';
import { programHeaderBytes } from '../uapi/elf.ts';
import { type Errno, errno } from '../uapi/errno.ts';

/** What a program finds on its stack. Plays create_elf_tables() of fs/binfmt_elf.c and arch/arm64's part of auxv. */

/** include/uapi/linux/auxvec.h and arch/arm64/include/uapi/asm/auxvec.h. */
const aux = {
  AT_NULL: 0,
  AT_PHDR: 3,
  AT_PHENT: 4,
  AT_PHNUM: 5,
  AT_PAGESZ: 6,
  AT_BASE: 7,
  AT_FLAGS: 8,
  AT_ENTRY: 9,
  AT_UID: 11,
  AT_EUID: 12,
  AT_GID: 13,
  AT_EGID: 14,
  AT_PLATFORM: 15,
  AT_HWCAP: 16,
  AT_CLKTCK: 17,
  AT_SECURE: 23,
  AT_RANDOM: 25,
  AT_HWCAP2: 26,
  AT_EXECFN: 31,
  AT_SYSINFO_EHDR: 33,
  AT_MINSIGSTKSZ: 51,
} as const;

/** HWCAP_FP, _ASIMD, _CRC32 and _ATOMICS: what the processor has, and nothing else. */
const hardwareCapabilities = 0x183;
const signalStackBytes = 4720;

/** What the tables are made from. */
export interface StackFacts {
  readonly executed: ExecutedImage;
  readonly randomBytes: Uint8Array;
  readonly pageSizeBytes: number;
  readonly headersAt: number;
  readonly headerCount: number;
  readonly interpreterBase: number;
  readonly entry: number;
}

const encoder = new TextEncoder();

/** Writes strings and tables below `top`: the stack pointer to begin with, or -errno. */
export function writeStack(task: Task, top: number, facts: StackFacts): number | Errno {
  const { argv, environment, path } = facts.executed;
  let at = top - 8;
  let failed = false;
  const push = (bytes: Uint8Array): number => {
    at -= bytes.length;
    failed ||= !copyToUser(task, at, bytes);
    return at;
  };
  const pushString = (text: string): number => push(encoder.encode(`${text}\0`));
  const executable = pushString(path);
  const environmentAt = [...environment].reverse().map(pushString).reverse();
  const argvAt = [...argv].reverse().map(pushString).reverse();
  const platform = pushString('aarch64');
  at -= at % 16;
  const random = push(facts.randomBytes);
  const vector = auxiliaryVector(task, facts, { executable, platform, random });
  const words = [argv.length, ...argvAt, 0, ...environmentAt, 0, ...vector.flat()];
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setBigUint64(index * 8, BigInt(word), true);
  at -= bytes.length;
  at -= at % 16;
  failed ||= !copyToUser(task, at, bytes);
  return failed ? -errno.EFAULT : at;
}

function auxiliaryVector(
  task: Task,
  facts: StackFacts,
  strings: { readonly executable: number; readonly platform: number; readonly random: number },
): readonly (readonly [number, number])[] {
  const { uid, gid } = task.credentials;
  return [
    [aux.AT_SYSINFO_EHDR, task.memory.vdso],
    [aux.AT_MINSIGSTKSZ, signalStackBytes],
    [aux.AT_HWCAP, hardwareCapabilities],
    [aux.AT_PAGESZ, facts.pageSizeBytes],
    [aux.AT_CLKTCK, 100],
    [aux.AT_PHDR, facts.headersAt],
    [aux.AT_PHENT, programHeaderBytes],
    [aux.AT_PHNUM, facts.headerCount],
    [aux.AT_BASE, facts.interpreterBase],
    [aux.AT_FLAGS, 0],
    [aux.AT_ENTRY, facts.entry],
    [aux.AT_UID, uid],
    [aux.AT_EUID, uid],
    [aux.AT_GID, gid],
    [aux.AT_EGID, gid],
    [aux.AT_SECURE, 0],
    [aux.AT_RANDOM, strings.random],
    [aux.AT_HWCAP2, 0],
    [aux.AT_EXECFN, strings.executable],
    [aux.AT_PLATFORM, strings.platform],
    [aux.AT_NULL, 0],
  ];
}
