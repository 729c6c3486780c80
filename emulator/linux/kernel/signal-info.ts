/** What is told about a signal beside its number. Plays the parts of struct kernel_siginfo that are filled here. */
export interface SignalInfo {
  /** si_code */
  readonly code: number;
  /** si_pid, or the number of the timer. */
  readonly pid: number;
  /** si_uid, or how often the timer ran on (si_overrun). */
  readonly uid: number;
  /** si_value; of SIGCHLD the child's status. */
  readonly value: bigint;
  /** Told that the signal was taken; gives how often a timer ran on meanwhile. */
  readonly taken?: () => number;
}

/** A signal that waits to be taken. */
export interface PendingSignal {
  readonly signal: number;
  readonly info: SignalInfo;
}

export const SI_USER = 0;
export const SI_KERNEL = 0x80;
export const SI_QUEUE = -1;
export const SI_TIMER = -2;
export const SI_TKILL = -6;
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;

/** What the kernel itself sends says no more than so. */
export const fromKernel: SignalInfo = { code: SI_KERNEL, pid: 0, uid: 0, value: 0n };

export const signalInfoBytes = 128;

/** siginfo_t: signal s32 @0, code s32 @8, pid u32 @16, uid u32 @20, value u64 @24. */
export function encodeSignalInfo({ signal, info }: PendingSignal): Uint8Array {
  const bytes = new Uint8Array(signalInfoBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, signal, true);
  view.setInt32(8, info.code, true);
  view.setUint32(16, info.pid, true);
  view.setUint32(20, info.uid, true);
  view.setBigUint64(24, BigInt.asUintN(64, info.value), true);
  return bytes;
}

/** struct signalfd_siginfo, where fields have places of their own. */
export function encodeSignalfdInfo({ signal, info }: PendingSignal): Uint8Array {
  const bytes = new Uint8Array(signalInfoBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signal, true);
  view.setInt32(8, info.code, true);
  if (info.code === SI_TIMER) {
    view.setUint32(24, info.pid, true);
    view.setUint32(32, info.uid, true);
  } else {
    view.setUint32(12, info.pid, true);
    view.setUint32(16, info.uid, true);
  }
  if (info.code === CLD_EXITED || info.code === CLD_KILLED) view.setInt32(40, Number(info.value), true);
  else {
    view.setInt32(44, Number(BigInt.asIntN(32, info.value)), true);
    view.setBigUint64(48, BigInt.asUintN(64, info.value), true);
  }
  return bytes;
}
