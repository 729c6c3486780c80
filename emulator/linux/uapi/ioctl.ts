/** How ioctl numbers are made up: include/uapi/asm-generic/ioctl.h. */

export const iocNone = 0;
export const iocWrite = 1;
export const iocRead = 2;

/** _IOC(): direction, type, number and size in one 32-bit word. */
export function ioctlNumber(
  direction: number,
  type: string | number,
  number: number,
  sizeBytes: number,
): number {
  const typeByte = typeof type === 'string' ? type.charCodeAt(0) : type;
  return ((direction << 30) | (sizeBytes << 16) | (typeByte << 8) | number) >>> 0;
}

/** _IO() */
export function io(type: string | number, number: number): number {
  return ioctlNumber(iocNone, type, number, 0);
}

/** _IOW() */
export function iow(type: string | number, number: number, sizeBytes: number): number {
  return ioctlNumber(iocWrite, type, number, sizeBytes);
}

/** _IOR() */
export function ior(type: string | number, number: number, sizeBytes: number): number {
  return ioctlNumber(iocRead, type, number, sizeBytes);
}

/** _IOWR() */
export function iowr(type: string | number, number: number, sizeBytes: number): number {
  return ioctlNumber(iocRead | iocWrite, type, number, sizeBytes);
}

/** _IOC_NR() */
export function ioctlNr(request: number): number {
  return request & 0xff;
}

/** _IOC_SIZE() */
export function ioctlSize(request: number): number {
  return (request >>> 16) & 0x3fff;
}

/** Whether the caller's data goes into the kernel (_IOC_WRITE). */
export function ioctlWrites(request: number): boolean {
  return (request & 0x40000000) !== 0;
}

/** Whether data comes back out of the kernel (_IOC_READ). */
export function ioctlReads(request: number): boolean {
  return (request & 0x80000000) !== 0;
}

/** Requests that the file layer answers itself: include/uapi/asm-generic/ioctls.h and linux/fs.h. */
export const FIONREAD = 0x541b;
export const FIONBIO = 0x5421;
export const FIONCLEX = 0x5450;
export const FIOCLEX = 0x5451;
export const FIOASYNC = 0x5452;
export const FIOQSIZE = 0x5460;
export const FIGETBSZ = 2;
export const FIBMAP = 1;
export const FICLONE = iow(0x94, 9, 4);
export const FICLONERANGE = iow(0x94, 13, 32);
export const FIDEDUPERANGE = iowr(0x94, 54, 24);
export const FIFREEZE = iowr('X', 119, 4);
export const FITHAW = iowr('X', 120, 4);
export const FS_IOC_FIEMAP = iowr('f', 11, 32);
export const TCGETS = 0x5401;
