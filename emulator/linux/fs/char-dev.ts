import type { Printk } from '../kernel/printk.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { majorOf, makeDevice, minorOf } from '../uapi/stat.ts';
import type { OpenFile } from './file.ts';
import type { FileSystem } from './inode.ts';
import { Inode, type OpenRequest } from './inode.ts';

/** What a driver does when its node is opened: the file that carries the behaviour, or -errno. */
export type CharDeviceOpen = (request: OpenRequest, inode: Inode) => OpenFile | Errno;

interface Region {
  readonly major: number;
  readonly firstMinor: number;
  readonly count: number;
  readonly name: string;
}

interface CharDevice {
  readonly first: number;
  readonly count: number;
  readonly open: CharDeviceOpen;
}

/** include/linux/fs.h: majors for the asking are 254 down to 234, then 511 down to 384. */
const dynamicMajors = { last: 254, first: 234, extendedLast: 511, extendedFirst: 384 };
const majorMax = 512;

/**
 * The character devices: who owns which numbers, and what opening a number means.
 * Plays fs/char_dev.c of all releases since 5.6.
 */
export class CharDevices {
  readonly #regions: Region[] = [];
  readonly #devices: CharDevice[] = [];
  readonly #log: Printk;

  constructor(log: Printk) {
    this.#log = log;
  }

  /** The owned regions, in the order of their majors: the "Character devices" of /proc/devices. */
  get regions(): readonly Region[] {
    return this.#regions.toSorted((a, b) => a.major - b.major || a.firstMinor - b.firstMinor);
  }

  /** register_chrdev_region(): takes given numbers; EBUSY where one is taken. */
  register(major: number, firstMinor: number, count: number, name: string): Errno {
    if (major < 0 || major >= majorMax) return -errno.EINVAL;
    const overlaps = this.#regions.some(
      (region) =>
        region.major === major &&
        firstMinor < region.firstMinor + region.count &&
        region.firstMinor < firstMinor + count,
    );
    if (overlaps) return -errno.EBUSY;
    this.#regions.push({ major, firstMinor, count, name: name.slice(0, 63) });
    return 0;
  }

  /** alloc_chrdev_region(): takes a free major; its first device number, or -errno. */
  allocate(firstMinor: number, count: number, name: string): Errno {
    const major = this.#freeMajor();
    if (major === undefined) {
      this.#log.err(`CHRDEV "${name}" dynamic allocation region is full`);
      return -errno.EBUSY;
    }
    this.register(major, firstMinor, count, name);
    return makeDevice(major, firstMinor);
  }

  #freeMajor(): number | undefined {
    const isFree = (major: number) => !this.#regions.some((region) => region.major === major);
    for (let major = dynamicMajors.last; major >= dynamicMajors.first; major -= 1)
      if (isFree(major)) return major;
    for (let major = dynamicMajors.extendedLast; major >= dynamicMajors.extendedFirst; major -= 1) {
      if (isFree(major)) return major;
    }
    return undefined;
  }

  /** unregister_chrdev_region() */
  unregister(device: number): void {
    const index = this.#regions.findIndex(
      (region) => region.major === majorOf(device) && region.firstMinor === minorOf(device),
    );
    if (index >= 0) this.#regions.splice(index, 1);
  }

  /** cdev_add(): makes `count` numbers from `first` on openable. */
  add(first: number, count: number, open: CharDeviceOpen): Errno {
    this.#devices.push({ first, count, open });
    return 0;
  }

  /** cdev_del() */
  remove(first: number): void {
    const index = this.#devices.findIndex((device) => device.first === first);
    if (index >= 0) this.#devices.splice(index, 1);
  }

  /** chrdev_open(): ENXIO where no driver has the number. */
  open(request: OpenRequest, inode: Inode): OpenFile | Errno {
    const number = inode.specialDevice;
    const device = this.#devices.findLast(({ first, count }) => number >= first && number < first + count);
    return device === undefined ? -errno.ENXIO : device.open(request, inode);
  }
}

/** A character device's node, in whatever file system it was made. */
export class CharDeviceInode extends Inode {
  constructor(fileSystem: FileSystem, mode: number, device: number, uid = 0, gid = 0) {
    super(fileSystem, mode, uid, gid);
    this.specialDevice = device;
  }

  override open(request: OpenRequest): OpenFile | Errno {
    return request.kernel.charDevices.open(request, this);
  }
}
