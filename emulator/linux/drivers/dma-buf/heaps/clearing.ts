/**
 * Virtual time that an allocation takes: a fixed part, and the clearing of its memory. Measured on recorded kernels;
 * what depends on it is how many of the kernel's rate-limited lines are printed.
 */
const bytesPerNanosecond = 2.3;

export const setUpNanoseconds = { cma: 80_000, system: 30_000 } as const;

/** Virtual time that clearing memory takes. */
export function clearingNanoseconds(sizeBytes: number): number {
  return Math.round(sizeBytes / bytesPerNanosecond);
}
