import { DMA_BUF_IOCTL_SYNC } from '../../../emulator/linux/uapi/dma-buf.ts';
import { O_CLOEXEC, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { iow, iowr } from '../../../emulator/linux/uapi/ioctl.ts';
import type { Probe } from '../probe.ts';
import { setName } from './name.ts';
import { syncArgument } from './sync.ts';

/** include/uapi/drm/drm.h */
const DRM_IOCTL_PRIME_FD_TO_HANDLE = iowr('d', 0x2e, 12);
const DRM_IOCTL_GEM_CLOSE = iow('d', 9, 8);

/** A buffer that a device has attached to and mapped. */
export function vgemCases(probe: Probe): void {
  const { libc } = probe;
  const card = libc.open('/dev/dri/card0', O_RDWR | O_CLOEXEC);
  probe.report('vgem_open', card < 0 ? -1 : 0, {});
  if (card < 0) return;
  const fd = probe.alloc(4 * probe.pageSize);
  setName(probe, fd, 'attached');
  const prime = new Uint8Array(12);
  new DataView(prime.buffer).setInt32(8, fd, true);
  const open = probe.areaFigure('used') ?? 0;
  probe.report('vgem_import', libc.ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, prime), {});
  probe.report('set_name_while_attached', setName(probe, fd, 'whileatt'), {});
  for (const flags of [1, 2, 3, 5, 6, 7]) {
    const ret = libc.ioctl(fd, DMA_BUF_IOCTL_SYNC, syncArgument(BigInt(flags)));
    probe.report('sync_while_attached', ret, { flags });
  }
  const bufinfo = libc.slurp('/sys/kernel/debug/dma_buf/bufinfo');
  probe.report('bufinfo_attached', bufinfo === undefined ? -1 : 0, {}, { text: bufinfo ?? '' });
  probe.report('fdinfo_attached', 0, {}, { text: libc.slurp(`/proc/self/fdinfo/${fd}`) ?? '' });
  libc.close(fd);
  const closed = probe.areaFigure('used') ?? 0;
  const gem = new Uint8Array(8);
  gem.set(prime.subarray(0, 4));
  const ret = libc.ioctl(card, DRM_IOCTL_GEM_CLOSE, gem);
  libc.usleep(20_000);
  const row = probe.row('vgem_gem_close', ret, {});
  if (probe.isCma) {
    const released = probe.areaFigure('used') ?? 0;
    row.add({ used_open: open, used_after_fd_close: closed, used_after_gem_close: released });
  }
  row.done();
  libc.close(card);
}
