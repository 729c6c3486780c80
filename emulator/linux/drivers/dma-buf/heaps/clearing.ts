/** Bytes that a small board's processor clears in a nanosecond of virtual time. */
const bytesPerNanosecond = 3;

/** Virtual time that clearing memory takes. */
export function clearingNanoseconds(sizeBytes: number): number {
  return Math.round(sizeBytes / bytesPerNanosecond);
}
