import { O_RDONLY, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { encodeDevice, majorOf, makeDevice, S_IFCHR } from '../../../emulator/linux/uapi/stat.ts';
import type { Probe } from '../probe.ts';

const node = '/tmp/nod';
const stranger = 1000;

/** What is about no heap in particular: missing nodes, unused minors, other users. */
export function globalCases(probe: Probe): void {
  const { libc } = probe;
  const names = libc.list('/dev/dma_heap');
  const first = names?.[0] === undefined ? undefined : `/dev/dma_heap/${names[0]}`;
  let count = names?.length ?? -1;
  probe.report('open_missing_heap', libc.open('/dev/dma_heap/nonexistent', O_RDWR), {});
  if (first !== undefined) {
    const major = majorOf(libc.process.stat(first).specialDevice);
    const unlink = () => libc.withText(node, (path) => libc.call('unlinkat', -100, path, 0));
    for (const minor of [0, 1, 2, 5, 127, 128, 200]) {
      unlink();
      const device = makeDevice(major, minor);
      libc.withText(node, (path) => libc.call('mknodat', -100, path, S_IFCHR | 0o600, encodeDevice(device)));
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
