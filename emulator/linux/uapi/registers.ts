/**
 * What a 64-bit register holds. A number is a safe integer and means its value, sign-extended to 64 bits;
 * a bigint holds any other pattern. Calls read their arguments through the functions below, so that the
 * common small values never become bigints.
 */
export type Register = number | bigint;

/** The low 32 bits as a signed integer (C's `int`). */
export function asInt32(register: Register): number {
  if (typeof register === 'bigint') return Number(BigInt.asIntN(32, register));
  return register | 0;
}

/** The low 32 bits as an unsigned integer (C's `unsigned int`). */
export function asUint32(register: Register): number {
  if (typeof register === 'bigint') return Number(BigInt.asUintN(32, register));
  return register >>> 0;
}

/** All 64 bits, unsigned. */
export function asUnsigned64(register: Register): bigint {
  return BigInt.asUintN(64, BigInt(register));
}

const twoTo64 = 2 ** 64;

/**
 * An unsigned 64-bit value as a number: exact up to 2^53, and above that only good for comparing with
 * limits below it. Addresses and lengths of user space fit.
 */
export function asSize(register: Register): number {
  if (typeof register === 'bigint') return Number(BigInt.asUintN(64, register));
  return register >= 0 ? register : register + twoTo64;
}

/** A user address: as `asSize`; what lies above user space stays above it and faults there. */
export const asAddress: (register: Register) => number = asSize;

/**
 * A signed 64-bit value (`loff_t`, `long`) as a number: exact between -2^53 and 2^53, and beyond that only
 * good for comparing.
 */
export function asOffset(register: Register): number {
  return typeof register === 'bigint' ? Number(BigInt.asIntN(64, register)) : register;
}
