import { iow, iowr } from './ioctl.ts';

/** The buffer descriptor's interface: include/uapi/linux/dma-buf.h. */

/** struct dma_buf_sync: flags u64. */
export const DMA_BUF_IOCTL_SYNC = iow('b', 0, 8);
export const DMA_BUF_SYNC_READ = 1;
export const DMA_BUF_SYNC_WRITE = 2;
export const DMA_BUF_SYNC_RW = 3;
export const DMA_BUF_SYNC_START = 0;
export const DMA_BUF_SYNC_END = 4;
export const DMA_BUF_SYNC_VALID_FLAGS_MASK = DMA_BUF_SYNC_RW | DMA_BUF_SYNC_END;

/** The argument is the address of the name itself; A is what 32-bit and B what 64-bit programs use. */
export const DMA_BUF_SET_NAME_A = iow('b', 1, 4);
export const DMA_BUF_SET_NAME_B = iow('b', 1, 8);
export const DMA_BUF_SET_NAME = DMA_BUF_SET_NAME_B;
/** With its NUL. include/linux/dma-buf.h */
export const DMA_BUF_NAME_LEN = 32;

/** struct dma_buf_export_sync_file and dma_buf_import_sync_file: flags u32 @0, fd s32 @4. */
export const DMA_BUF_IOCTL_EXPORT_SYNC_FILE = iowr('b', 2, 8);
export const DMA_BUF_IOCTL_IMPORT_SYNC_FILE = iow('b', 3, 8);

/** Of the `dmabuf` file system: include/uapi/linux/magic.h. */
export const DMA_BUF_MAGIC = 0x444d4142;
