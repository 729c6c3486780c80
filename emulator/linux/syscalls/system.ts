import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import { formatLogLine, type LogLine } from '../kernel/printk.ts';
import { reboot } from '../kernel/reboot.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, stringFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asSize, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** struct new_utsname: six strings of 65 bytes. */
const utsBytes = 65;

function uname(kernel: Kernel, task: Task, address: number): Errno {
  const bytes = new Uint8Array(utsBytes * 6);
  const fields = ['Linux', '(none)', kernel.release.version, '#1 SMP PREEMPT', 'aarch64', '(none)'];
  for (const [index, field] of fields.entries())
    bytes.set(utf8.encode(field).subarray(0, utsBytes - 1), index * utsBytes);
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}

/** struct sysinfo of 64-bit machines; the unit is one byte. */
function sysinfo(kernel: Kernel, task: Task, address: number): Errno {
  const bytes = new Uint8Array(112);
  const view = new DataView(bytes.buffer);
  const { pages, pageSizeBytes } = kernel;
  view.setBigInt64(0, (kernel.clock.now + 999_999_999n) / 1_000_000_000n, true);
  view.setBigUint64(32, BigInt(pages.totalPages) * BigInt(pageSizeBytes), true);
  view.setBigUint64(40, BigInt(pages.freePages) * BigInt(pageSizeBytes), true);
  view.setUint16(80, kernel.tasks.all.length, true);
  view.setUint32(104, 1, true);
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}

const GRND_NONBLOCK = 1;
const GRND_RANDOM = 2;
const GRND_INSECURE = 4;
/** As much as one call gives: MAX_RW_COUNT would be more than anybody wants to look at. */
const mostRandomBytes = 2 ** 25;
/** The cipher's block: so much is made and copied at a time, until the memory ends. */
const randomBlockBytes = 64;

function getRandom(kernel: Kernel, task: Task, address: number, size: number, flags: number): Errno {
  if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) !== 0) return -errno.EINVAL;
  if ((flags & (GRND_RANDOM | GRND_INSECURE)) === (GRND_RANDOM | GRND_INSECURE)) return -errno.EINVAL;
  const count = Math.min(size, mostRandomBytes);
  let done = 0;
  while (done < count) {
    const part = Math.min(randomBlockBytes, count - done);
    if (!copyToUser(task, address + done, kernel.random.bytes(part))) break;
    done += part;
  }
  return done > 0 || count === 0 ? done : -errno.EFAULT;
}

/** Actions of syslog(): include/linux/syslog.h. */
const action = {
  close: 0,
  open: 1,
  read: 2,
  readAll: 3,
  readClear: 4,
  clear: 5,
  consoleOff: 6,
  consoleOn: 7,
  consoleLevel: 8,
  sizeUnread: 9,
  sizeBuffer: 10,
} as const;

function logText(lines: readonly LogLine[]): Uint8Array {
  return utf8.encode(lines.map((line) => `<${line.level}>${formatLogLine(line)}\n`).join(''));
}

/** The newest lines that fit into a buffer. */
function newestLines(lines: readonly LogLine[], room: number): Uint8Array {
  let from = lines.length;
  let size = 0;
  while (from > 0) {
    const next = logText(lines.slice(from - 1, from)).length;
    if (size + next > room) break;
    size += next;
    from -= 1;
  }
  return logText(lines.slice(from));
}

/** do_syslog(): reading is free for all where dmesg_restrict is 0, as the kernel has it. */
function syslog(kernel: Kernel, task: Task, type: number, address: number, size: number): Errno {
  if (type < 0 || type > action.sizeBuffer) return -errno.EINVAL;
  const open = type === action.readAll || type === action.sizeBuffer;
  const privileged = capable(task.credentials, 'CAP_SYSLOG') || capable(task.credentials, 'CAP_SYS_ADMIN');
  if (!open && !privileged) return -errno.EPERM;
  const { log, config } = kernel;
  if (type === action.read || type === action.readAll || type === action.readClear) {
    if (address === 0 || size < 0) return -errno.EINVAL;
    if (size === 0) return 0;
  }
  switch (type) {
    case action.read:
      return putLog(
        task,
        address,
        log.takeUnread((lines) => logText(lines).length <= size),
        size,
      );
    case action.readAll:
    case action.readClear: {
      const bytes = newestLines(log.sinceCleared, size);
      if (!copyToUser(task, address, bytes)) return -errno.EFAULT;
      if (type === action.readClear) log.clear();
      return bytes.length;
    }
    case action.clear:
      log.clear();
      return 0;
    case action.consoleLevel:
      return size < 1 || size > 8 ? -errno.EINVAL : 0;
    case action.sizeUnread:
      return logText(log.unread).length;
    case action.sizeBuffer:
      return 2 ** (config.number('LOG_BUF_SHIFT') ?? 17);
    default:
      return 0;
  }
}

/** Deviation: with nothing left to read the call ends with 0; nobody else prints while it would wait. */
function putLog(task: Task, address: number, lines: readonly LogLine[], size: number): Errno {
  const bytes = logText(lines).subarray(0, size);
  return copyToUser(task, address, bytes) ? bytes.length : -errno.EFAULT;
}

const PR_GET_DUMPABLE = 3;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;

function prctl(task: Task, option: number, second: number): Errno {
  switch (option) {
    case PR_GET_DUMPABLE:
      return 1;
    case PR_SET_NAME: {
      const name = stringFromUser(task, second, 16);
      if (typeof name === 'number') return name;
      task.command = decoder.decode(name.subarray(0, 15));
      return 0;
    }
    case PR_GET_NAME: {
      const bytes = new Uint8Array(16);
      bytes.set(utf8.encode(task.command).subarray(0, 15));
      return copyToUser(task, second, bytes) ? 0 : -errno.EFAULT;
    }
    case PR_SET_NO_NEW_PRIVS:
      return second === 1 ? 0 : -errno.EINVAL;
    case PR_GET_NO_NEW_PRIVS:
      return 0;
    default:
      return -errno.EINVAL;
  }
}

/** RUSAGE_SELF 0, RUSAGE_CHILDREN -1, RUSAGE_THREAD 1: nobody is billed for anything. */
function getUsage(task: Task, who: number, address: number): Errno {
  if (who < -1 || who > 1) return -errno.EINVAL;
  return copyToUser(task, address, new Uint8Array(144)) ? 0 : -errno.EFAULT;
}

/** Calls on the system as a whole. */
export const systemInfoCalls: readonly SystemCall[] = [
  {
    name: 'syslog',
    number: 116,
    errnos: ['EINVAL', 'EPERM', 'EFAULT', 'EINTR'],
    handler: (kernel, task, type, address, size) =>
      syslog(kernel, task, asInt32(type), asAddress(address), asInt32(size)),
  },
  {
    name: 'reboot',
    number: 142,
    errnos: ['EPERM', 'EINVAL'],
    handler: (kernel, task, first, second, command) =>
      reboot(kernel, task, asUint32(first), asUint32(second), asUint32(command)),
  },
  { name: 'sync', number: 81, errnos: [], handler: () => 0 },
  {
    name: 'uname',
    number: 160,
    errnos: ['EFAULT'],
    handler: (kernel, task, address) => uname(kernel, task, asAddress(address)),
  },
  {
    name: 'getrusage',
    number: 165,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, who, address) => getUsage(task, asInt32(who), asAddress(address)),
  },
  {
    name: 'prctl',
    number: 167,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, option, second) => prctl(task, asInt32(option), asAddress(second)),
  },
  {
    name: 'getcpu',
    number: 168,
    errnos: ['EFAULT'],
    handler: (_kernel, task, cpu, node) =>
      [cpu, node].every((at) => asAddress(at) === 0 || copyToUser(task, asAddress(at), new Uint8Array(4)))
        ? 0
        : -errno.EFAULT,
  },
  {
    name: 'sysinfo',
    number: 179,
    errnos: ['EFAULT'],
    handler: (kernel, task, address) => sysinfo(kernel, task, asAddress(address)),
  },
  {
    name: 'getrandom',
    number: 278,
    errnos: ['EINVAL', 'EFAULT', 'EAGAIN', 'EINTR'],
    handler: (kernel, task, address, size, flags) =>
      getRandom(kernel, task, asAddress(address), asSize(size), asUint32(flags)),
  },
];
