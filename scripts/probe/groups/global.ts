import { AT_FDCWD, O_PATH, O_RDONLY, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { encodeDevice, majorOf, makeDevice, S_IFCHR } from '../../../emulator/linux/uapi/stat.ts';
import type { Probe } from '../probe.ts';

const node = '/tmp/nod';
const stranger = 1000;
/** Of the probe's buffer; a longer path is cut, and leads nowhere. */
const pathRoom = 63;

/** What is about no heap in particular: missing nodes, unused minors, other users. */
export function globalCases(probe: Probe): void {
  const { libc } = probe;
  const names = libc.list('/dev/dma_heap');
  const first = names?.[0] === undefined ? undefined : `/dev/dma_heap/${names[0]}`.slice(0, pathRoom);
  let count = names?.length ?? -1;
  probe.report('open_missing_heap', libc.open('/dev/dma_heap/nonexistent', O_RDWR), {});
  if (first !== undefined) {
    const major = exists(probe, first) ? majorOf(libc.process.stat(first).specialDevice) : undefined;
    const unlink = () => libc.withText(node, (path) => libc.call('unlinkat', AT_FDCWD, path, 0));
    for (const minor of [0, 1, 2, 5, 127, 128, 200]) {
      unlink();
      if (major !== undefined) makeNode(probe, makeDevice(major, minor));
      const fd = libc.open(node, O_RDWR);
      probe.report('open_mknod_minor', fd < 0 ? -1 : 0, { minor });
      if (fd >= 0) libc.close(fd);
    }
    unlink();
    const child = probe.fork();
    child.live(() => {
      child.libc.call('setgid', stranger);
      child.libc.call('setuid', stranger);
      const fd = child.libc.open(first, O_RDONLY);
      child.report('open_as_uid_1000', fd < 0 ? -1 : 0, { node: first });
      return 0;
    });
    // The status word lands in the variable that held the count.
    count = libc.waitpid(child.libc.process.pid)?.word ?? count;
  }
  probe.report('list_dev_dma_heap', count, {});
}

function makeNode({ libc }: Probe, device: number): void {
  libc.withText(node, (path) => libc.call('mknodat', AT_FDCWD, path, S_IFCHR | 0o600, encodeDevice(device)));
}

function exists({ libc }: Probe, path: string): boolean {
  const fd = libc.open(path, O_PATH);
  if (fd >= 0) libc.close(fd);
  return fd >= 0;
}
