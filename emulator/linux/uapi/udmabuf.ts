import { iow } from './ioctl.ts';

/** /dev/udmabuf: include/uapi/linux/udmabuf.h. */

/** struct udmabuf_create: memfd u32 @0, flags u32 @4, offset u64 @8, size u64 @16. */
export const udmabufCreateBytes = 24;
export const UDMABUF_CREATE = iow('u', 0x42, udmabufCreateBytes);
/** struct udmabuf_create_list: flags u32 @0, count u32 @4, then items like udmabuf_create with padding for flags. */
export const udmabufListHeadBytes = 8;
export const udmabufItemBytes = 24;
export const UDMABUF_CREATE_LIST = iow('u', 0x43, udmabufListHeadBytes);
export const UDMABUF_FLAGS_CLOEXEC = 1;
