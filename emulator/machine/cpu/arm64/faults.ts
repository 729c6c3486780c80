/** Reasons of the processor's own why an access fails; those of `GuestPages` are smaller in number. */

/** The address is none that a user may have. */
export const faultNotCanonical = -1;
/** An exclusive or atomic access that is not aligned. */
export const faultUnaligned = -100;
/** Code cannot be fetched from an address that is no multiple of four. */
export const faultUnalignedCode = -101;
