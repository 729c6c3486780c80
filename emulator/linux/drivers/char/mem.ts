import type { CharDeviceOpen } from '../../fs/char-dev.ts';
import { OpenFile, type Positioning } from '../../fs/file.ts';
import type { Inode, OpenRequest } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { makeDevice } from '../../uapi/stat.ts';
import { openKmsg } from './kmsg.ts';

/** /dev/null, /dev/zero, /dev/full, /dev/random, /dev/urandom and /dev/kmsg. Plays drivers/char/mem.c; nothing else of it is modelled. */

const memoryMajor = 1;

class MemoryDeviceFile extends OpenFile {
  constructor(request: OpenRequest, inode: Inode) {
    super(inode, request.flags, request.dentry);
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  /** null_lseek(): the position is always 0. */
  override seek(): Errno {
    this.position = 0;
    return 0;
  }

  override write(bytes: Uint8Array): Errno {
    return bytes.length;
  }
}

class NullFile extends MemoryDeviceFile {
  override read(): Uint8Array {
    return new Uint8Array(0);
  }
}

class ZeroFile extends MemoryDeviceFile {
  override read(length: number): Uint8Array {
    return new Uint8Array(length);
  }
}

class FullFile extends ZeroFile {
  override write(): Errno {
    return -errno.ENOSPC;
  }
}

/** /dev/random and /dev/urandom: what is written into them changes nothing. */
class RandomFile extends MemoryDeviceFile {
  override read(length: number, _position: number, kernel: Kernel): Uint8Array {
    return kernel.random.bytes(length);
  }
}

interface MemoryDevice {
  readonly name: string;
  readonly minor: number;
  /** 0666 where it says nothing. */
  readonly mode?: number;
  readonly open: CharDeviceOpen;
}

const devices: readonly MemoryDevice[] = [
  { name: 'null', minor: 3, open: (request, inode) => new NullFile(request, inode) },
  { name: 'zero', minor: 5, open: (request, inode) => new ZeroFile(request, inode) },
  { name: 'full', minor: 7, open: (request, inode) => new FullFile(request, inode) },
  { name: 'random', minor: 8, open: (request, inode) => new RandomFile(request, inode) },
  { name: 'urandom', minor: 9, open: (request, inode) => new RandomFile(request, inode) },
  { name: 'kmsg', minor: 11, mode: 0o644, open: openKmsg },
];

/** chr_dev_init() */
export function addMemoryDevices(kernel: Kernel): Errno {
  const registered = kernel.charDevices.register(memoryMajor, 0, 256, 'mem');
  if (registered < 0) return registered;
  const modes = new Map(devices.map(({ name, mode }) => [name, mode]));
  kernel.drivers.createClass({
    name: 'mem',
    devnode: (name) => ({ path: name, mode: modes.get(name) ?? 0o666 }),
  });
  for (const { name, minor, open } of devices) {
    const device = makeDevice(memoryMajor, minor);
    kernel.charDevices.add(device, 1, open);
    kernel.drivers.createDevice('mem', device, name);
  }
  return 0;
}
