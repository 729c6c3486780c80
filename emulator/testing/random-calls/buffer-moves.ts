import { DmaBufFile } from '../../linux/drivers/dma-buf/dma-buf.ts';
import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_IOCTL_SYNC,
  DMA_BUF_SET_NAME,
} from '../../linux/uapi/dma-buf.ts';
import { DMA_HEAP_IOCTL_ALLOC, encodeAllocationData } from '../../linux/uapi/dma-heap.ts';
import { DRM_IOCTL_GEM_CLOSE, DRM_IOCTL_PRIME_FD_TO_HANDLE } from '../../linux/uapi/drm.ts';
import { F_ADD_SEALS, F_SEAL_SHRINK, O_CLOEXEC, O_RDWR } from '../../linux/uapi/fcntl.ts';
import {
  SW_SYNC_IOC_CREATE_FENCE,
  SW_SYNC_IOC_INC,
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
} from '../../linux/uapi/sync-file.ts';
import { UDMABUF_CREATE } from '../../linux/uapi/udmabuf.ts';
import { bufferDescriptor, descriptor, descriptorOf, type Move, pick, words } from './move.ts';
import { paths } from './world.ts';

const requests = [DMA_HEAP_IOCTL_ALLOC, 0xc018_4800, 0x4018_4800, 0xc008_4800, 0x5401];
/** Bytes: mostly small, some that do not fit, some that nothing holds. */
const lengths = [
  1n,
  4096n,
  8192n,
  40_000n,
  65_536n,
  300_000n,
  1n << 20n,
  1n << 22n,
  1n << 24n,
  1n << 40n,
  0n,
];

/** Calls on heaps, buffers, fences and the importer. */
export const bufferMoves: readonly Move[] = [
  {
    name: 'alloc',
    weight: 24,
    play: (world, task, [where, size, how]) => {
      const path = world.pathAt(where % 3 === 0 ? 1 : 0);
      const heap = world.call(task, 'openat', -100, path, O_RDWR | O_CLOEXEC, 0);
      if (heap < 0) return;
      const length = pick(size % 4 === 0 ? lengths : lengths.slice(0, 6), size) ?? 4096n;
      const fdFlags = pick([O_RDWR, O_RDWR | O_CLOEXEC, 0, 1, 0o4000], how % 11) ?? O_RDWR;
      const argument = world.put(task, encodeAllocationData({ length, fdFlags }));
      world.call(
        task,
        'ioctl',
        heap,
        pick(how % 7 === 0 ? requests : [DMA_HEAP_IOCTL_ALLOC], how) ?? 0,
        argument,
      );
      world.call(task, 'close', heap);
    },
  },
  {
    name: 'sync',
    weight: 6,
    play: (world, task, [fd, flags]) => {
      world.call(
        task,
        'ioctl',
        bufferDescriptor(task, fd),
        DMA_BUF_IOCTL_SYNC,
        world.put(task, words(flags % 9, 0)),
      );
    },
  },
  {
    name: 'set name',
    weight: 3,
    play: (world, task, [fd, length]) => {
      const name = world.put(task, new Uint8Array(40).fill(0x61, 0, length % 36));
      world.call(task, 'ioctl', bufferDescriptor(task, fd), DMA_BUF_SET_NAME, name);
    },
  },
  {
    name: 'export fence',
    weight: 3,
    play: (world, task, [fd, flags]) => {
      const argument = world.put(task, words(flags % 5, 0));
      world.call(task, 'ioctl', bufferDescriptor(task, fd), DMA_BUF_IOCTL_EXPORT_SYNC_FILE, argument);
    },
  },
  {
    name: 'import fence',
    weight: 3,
    play: (world, task, [fd, flags, fence]) => {
      const argument = world.put(task, words(flags % 5, descriptorOf(task, fence, 'anon_inode:sync')));
      world.call(task, 'ioctl', bufferDescriptor(task, fd), DMA_BUF_IOCTL_IMPORT_SYNC_FILE, argument);
    },
  },
  {
    name: 'new fence',
    weight: 3,
    play: (world, task, [fd, value]) => {
      const argument = new Uint8Array(40);
      argument.set(words(value % 4));
      const timeline = descriptorOf(task, fd, '/sys/kernel/debug/sync');
      world.call(task, 'ioctl', timeline, SW_SYNC_IOC_CREATE_FENCE, world.put(task, argument));
    },
  },
  {
    name: 'signal fences',
    weight: 3,
    play: (world, task, [fd, steps]) => {
      const timeline = descriptorOf(task, fd, '/sys/kernel/debug/sync');
      world.call(task, 'ioctl', timeline, SW_SYNC_IOC_INC, world.put(task, words(steps % 3)));
    },
  },
  {
    name: 'merge fences',
    weight: 2,
    play: (world, task, [one, other, asks]) => {
      const first = descriptorOf(task, one, 'anon_inode:sync');
      const argument = new Uint8Array(64);
      argument.set(words(descriptorOf(task, other, 'anon_inode:sync')), 32);
      world.call(
        task,
        'ioctl',
        first,
        asks % 3 === 0 ? SYNC_IOC_FILE_INFO : SYNC_IOC_MERGE,
        world.put(task, argument),
      );
    },
  },
  {
    name: 'import into vgem',
    weight: 4,
    play: (world, task, [device, fd]) => {
      const argument = world.put(task, words(0, 0, bufferDescriptor(task, fd)));
      world.call(
        task,
        'ioctl',
        descriptorOf(task, device, '/dev/dri'),
        DRM_IOCTL_PRIME_FD_TO_HANDLE,
        argument,
      );
    },
  },
  {
    name: 'close handle',
    weight: 2,
    play: (world, task, [device, handle]) => {
      const argument = world.put(task, words(handle % 6, 0));
      world.call(task, 'ioctl', descriptorOf(task, device, '/dev/dri'), DRM_IOCTL_GEM_CLOSE, argument);
    },
  },
  {
    name: 'make a udmabuf',
    weight: 4,
    play: (world, task, [pages, from, how]) => {
      const memfd = world.call(task, 'memfd_create', world.put(task, Uint8Array.of(0x75, 0)), 2);
      if (memfd < 0) return;
      world.call(task, 'ftruncate', memfd, (1 + (pages % 4)) * 4096);
      if (how % 9 !== 0) world.call(task, 'fcntl', memfd, F_ADD_SEALS, F_SEAL_SHRINK);
      const device = world.call(task, 'openat', -100, world.pathAt(paths.indexOf('/dev/udmabuf')), O_RDWR, 0);
      const argument = words(memfd, how % 2, (from % 3) * 4096, 0, (1 + (how % 3)) * 4096, 0);
      world.call(task, 'ioctl', device, UDMABUF_CREATE, world.put(task, argument));
      if (how % 5 !== 0) world.call(task, 'close', memfd);
      if (device >= 0) world.call(task, 'close', device);
    },
  },
  {
    name: 'open',
    weight: 7,
    play: (world, task, [path, flags]) => {
      const how = pick([O_RDWR, O_RDWR, 0, 1, 0o10000000, 0o40000, O_RDWR | O_CLOEXEC], flags) ?? 0;
      world.call(task, 'openat', -100, world.pathAt(path % paths.length), how, 0);
    },
  },
  {
    name: 'read status',
    weight: 3,
    play: (world, task, [fd, how]) => {
      const any = descriptor(task, fd, (file) => !(file instanceof DmaBufFile));
      world.call(task, pick(['fstat', 'fstatfs'], how) ?? 'fstat', any, world.put(task, new Uint8Array(256)));
    },
  },
];
