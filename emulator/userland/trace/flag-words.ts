import * as dmaBuf from '../../linux/uapi/dma-buf.ts';
import * as fcntl from '../../linux/uapi/fcntl.ts';
import * as mman from '../../linux/uapi/mman.ts';
import * as clone from '../../linux/uapi/sched.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { WCONTINUED, WNOHANG, WUNTRACED } from '../../linux/uapi/wait.ts';

/** A word of flags or a choice of names, as strace writes it. */
export interface FlagWords {
  /** Bits that hold one choice, such as the access mode. */
  readonly choiceMask: number;
  readonly choices: Readonly<Record<string, number>>;
  /** Single flags; those of several bits come first. */
  readonly flags: Readonly<Record<string, number>>;
}

function pick(module: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    names.map((name) => {
      const value = module[name];
      if (typeof value !== 'number') throw new Error(`there is no ${name}`);
      return [name, value];
    }),
  );
}

const none = { choiceMask: 0, choices: {}, flags: {} };

/** A value that is one of some names. */
function oneOf(choices: Readonly<Record<string, number>>): FlagWords {
  return { choiceMask: -1, choices, flags: {} };
}

function anyOf(flags: Readonly<Record<string, number>>): FlagWords {
  return { ...none, flags };
}

export const openWords: FlagWords = {
  choiceMask: fcntl.O_ACCMODE,
  choices: pick(fcntl, ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE']),
  flags: pick(fcntl, [
    'O_TMPFILE',
    'O_SYNC',
    'O_CREAT',
    'O_EXCL',
    'O_NOCTTY',
    'O_TRUNC',
    'O_APPEND',
    'O_NONBLOCK',
    'O_DSYNC',
    'FASYNC',
    'O_DIRECTORY',
    'O_NOFOLLOW',
    'O_DIRECT',
    'O_LARGEFILE',
    'O_NOATIME',
    'O_CLOEXEC',
    'O_PATH',
  ]),
};
export const descriptorWords = anyOf(pick(fcntl, ['O_CLOEXEC', 'O_NONBLOCK', 'O_DIRECT']));
export const protectionWords: FlagWords = {
  choiceMask: 0xf,
  choices: { PROT_NONE: 0 },
  flags: pick(mman, ['PROT_READ', 'PROT_WRITE', 'PROT_EXEC', 'PROT_GROWSDOWN', 'PROT_GROWSUP']),
};
export const mapWords: FlagWords = {
  choiceMask: mman.MAP_TYPE,
  choices: pick(mman, ['MAP_SHARED', 'MAP_PRIVATE', 'MAP_SHARED_VALIDATE']),
  flags: pick(mman, [
    'MAP_FIXED',
    'MAP_ANONYMOUS',
    'MAP_GROWSDOWN',
    'MAP_DENYWRITE',
    'MAP_EXECUTABLE',
    'MAP_LOCKED',
    'MAP_NORESERVE',
    'MAP_POPULATE',
    'MAP_NONBLOCK',
    'MAP_STACK',
    'MAP_HUGETLB',
    'MAP_SYNC',
    'MAP_FIXED_NOREPLACE',
  ]),
};
export const remapWords = anyOf(pick(mman, ['MREMAP_MAYMOVE', 'MREMAP_FIXED', 'MREMAP_DONTUNMAP']));
export const adviceWords = oneOf(
  pick(
    mman,
    Object.keys(mman).filter((name) => name.startsWith('MADV_')),
  ),
);
export const seekWords = oneOf(pick(fcntl, ['SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'SEEK_DATA', 'SEEK_HOLE']));
export const atWords = anyOf(
  pick(fcntl, [
    'AT_SYMLINK_NOFOLLOW',
    'AT_REMOVEDIR',
    'AT_SYMLINK_FOLLOW',
    'AT_NO_AUTOMOUNT',
    'AT_EMPTY_PATH',
  ]),
);
export const fcntlWords = oneOf(
  pick(
    fcntl,
    Object.keys(fcntl).filter((name) => /^F_(?!SEAL|RDLCK|WRLCK|UNLCK)/.test(name)),
  ),
);
export const lockWords: FlagWords = anyOf(pick(fcntl, ['LOCK_SH', 'LOCK_EX', 'LOCK_NB', 'LOCK_UN']));
export const syncWords: FlagWords = {
  choiceMask: dmaBuf.DMA_BUF_SYNC_RW,
  choices: pick(dmaBuf, ['DMA_BUF_SYNC_READ', 'DMA_BUF_SYNC_WRITE', 'DMA_BUF_SYNC_RW']),
  flags: pick(dmaBuf, ['DMA_BUF_SYNC_END']),
};
export const cloneWords = anyOf(
  pick(
    clone,
    Object.keys(clone).filter((name) => name.startsWith('CLONE_') && name !== 'CLONE_NEW_ANY'),
  ),
);
export const waitWords = anyOf({ WNOHANG, WUNTRACED, WCONTINUED });
export const signalWords = oneOf(signals);
export const memfdWords = anyOf({ MFD_CLOEXEC: 1, MFD_ALLOW_SEALING: 2, MFD_NOEXEC_SEAL: 8, MFD_EXEC: 16 });

/** A value in words: `O_RDWR|O_CLOEXEC`, with the rest as a number. */
export function flagText(words: FlagWords, value: number): string {
  const parts: string[] = [];
  let rest = value;
  const chosen = Object.entries(words.choices).find(([, bits]) => (value & words.choiceMask) === bits);
  if (chosen !== undefined) {
    parts.push(chosen[0]);
    rest &= ~words.choiceMask;
  }
  for (const [name, bits] of Object.entries(words.flags)) {
    if ((rest & bits) !== bits) continue;
    parts.push(name);
    rest &= ~bits;
  }
  const isZeroChoice = chosen?.[1] === 0 && parts.length > 1 && words.choices.PROT_NONE === 0;
  if (isZeroChoice) parts.shift();
  if (rest !== 0) parts.push(`0x${(rest >>> 0).toString(16)}`);
  return parts.length === 0 ? '0' : parts.join('|');
}

/** The value of words, numbers among them; undefined where a word is unknown. */
export function flagValue(words: FlagWords, text: string): number | undefined {
  let value = 0;
  for (const part of text.split('|').map((word) => word.trim())) {
    const bits =
      words.choices[part] ??
      words.flags[part] ??
      (/^(0x[0-9a-f]+|-?\d+)$/i.test(part) ? Number(part) : undefined);
    if (bits === undefined) return undefined;
    value |= bits;
  }
  return value;
}
