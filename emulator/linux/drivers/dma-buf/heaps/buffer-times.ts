import type { Kernel } from '../../../init/kernel.ts';

/**
 * Virtual time that a buffer's coming and going takes: fixed parts, the clearing of its memory, and more for each
 * other buffer that lives. Counted in instructions of a real kernel, and scaled to the pace at which each recorded
 * kernel ran; what depends on it is how many of the kernel's rate-limited lines are printed.
 */
const bytesPerNanosecond = 1.95;
/** Of an allocation, beside the clearing. */
const setUpNanoseconds = { cma: 147_000, system: 40_000 } as const;
/** Of the release of a buffer. */
const tearDownNanoseconds = { fixed: 26_000, perLiveBuffer: 7 } as const;

function pass(kernel: Kernel, nanoseconds: number): void {
  kernel.clock.advance(Math.round(nanoseconds * kernel.release.behaviours.bufferPace));
}

/** Lets the time pass that an allocation takes beside the clearing of its memory. */
export function passSetUpTime(kernel: Kernel, heap: 'cma' | 'system'): void {
  pass(kernel, setUpNanoseconds[heap]);
}

/** Lets the time pass that clearing memory takes. */
export function passClearingTime(kernel: Kernel, sizeBytes: number): void {
  pass(kernel, sizeBytes / bytesPerNanosecond);
}

/** Lets the time pass that the release of a buffer takes beside so many others. */
export function passTearDownTime(kernel: Kernel, liveBuffers: number): void {
  const { fixed, perLiveBuffer } = tearDownNanoseconds;
  pass(kernel, fixed + perLiveBuffer * liveBuffers);
}
