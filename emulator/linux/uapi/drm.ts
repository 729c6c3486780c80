import { iow, iowr } from './ioctl.ts';

/** Of DRM what importing a buffer takes: include/uapi/drm/drm.h. */
export const DRM_IOCTL_VERSION = iowr('d', 0x00, 64);
export const DRM_IOCTL_GEM_CLOSE = iow('d', 0x09, 8);
export const DRM_IOCTL_PRIME_FD_TO_HANDLE = iowr('d', 0x2e, 12);
