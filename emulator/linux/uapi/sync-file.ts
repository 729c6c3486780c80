import { iow, iowr } from './ioctl.ts';

/** Sync files: include/uapi/linux/sync_file.h. */
export const SYNC_IOC_MERGE = iowr('>', 3, 48);
export const SYNC_IOC_FILE_INFO = iowr('>', 4, 56);
export const SYNC_IOC_SET_DEADLINE = iow('>', 5, 16);

/** The software time line of debugfs: drivers/dma-buf/sw_sync.c. */
export const SW_SYNC_IOC_CREATE_FENCE = iowr('W', 0, 40);
export const SW_SYNC_IOC_INC = iow('W', 1, 4);
