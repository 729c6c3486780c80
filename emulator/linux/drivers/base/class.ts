import { type Directory, PseudoFile, SymbolicLink } from '../../fs/libfs.ts';
import type { Printk } from '../../kernel/printk.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { majorOf, minorOf } from '../../uapi/stat.ts';
import type { Devtmpfs } from './devtmpfs.ts';

/** A device class: what its devices have in common. */
export interface DeviceClass {
  readonly name: string;
  /** Path of a device's node under /dev, and its mode; the device's name and 0600 where it is silent. */
  readonly devnode?: (deviceName: string) => { readonly path: string; readonly mode?: number };
}

/** A device that a driver made. */
export interface ClassDevice {
  readonly className: string;
  /** As sysfs shows it: `/` became `!`. */
  readonly name: string;
  readonly device: number;
  /** Where its node is, relative to /dev. */
  readonly nodePath: string;
}

/**
 * Classes and their devices without a parent. Plays drivers/base/core.c and class.c, lib/kobject.c and
 * fs/sysfs/dir.c as far as device_create() goes.
 * Deviation: the stack dump under sysfs' complaint about a duplicate is left out.
 */
export class DriverCore {
  readonly #classes = new Map<string, DeviceClass>();
  readonly #devices: ClassDevice[] = [];
  readonly #listeners: ((device: ClassDevice) => void)[] = [];
  readonly #log: Printk;
  readonly #sysfs: Directory;
  readonly #devtmpfs: Devtmpfs;

  constructor(log: Printk, sysfs: Directory, devtmpfs: Devtmpfs) {
    this.#log = log;
    this.#sysfs = sysfs;
    this.#devtmpfs = devtmpfs;
  }

  /** The devices of a class, in the order in which they were made. */
  devices(className: string): readonly ClassDevice[] {
    return this.#devices.filter((device) => device.className === className);
  }

  /** Every device, in the order in which they were made. */
  get all(): readonly ClassDevice[] {
    return [...this.#devices];
  }

  /** Tells of each device that is made from now on: what a uevent does. */
  onAdd(listener: (device: ClassDevice) => void): void {
    this.#listeners.push(listener);
  }

  /** class_create() */
  createClass(deviceClass: DeviceClass): Errno {
    if (this.#classes.has(deviceClass.name)) return -errno.EEXIST;
    this.#classes.set(deviceClass.name, deviceClass);
    this.#sysfs.folder('class').folder(deviceClass.name);
    return 0;
  }

  /** device_create() without a parent: sysfs entries and the node in /dev. EEXIST for a name that is taken. */
  createDevice(className: string, device: number, requestedName: string): Errno {
    const deviceClass = this.#classes.get(className);
    if (deviceClass === undefined) return -errno.EINVAL;
    const name = requestedName.replaceAll('/', '!');
    const folder = this.#sysfs.folder('devices').folder('virtual').folder(className);
    if (folder.has(name)) {
      this.#log.warn(`sysfs: cannot create duplicate filename '/devices/virtual/${className}/${name}'`);
      this.#log.err(
        `kobject: kobject_add_internal failed for ${name} with -EEXIST, don't try to register things with the same name in the same directory.`,
      );
      return -errno.EEXIST;
    }
    const node = deviceClass.devnode?.(name) ?? { path: name.replaceAll('!', '/') };
    const made: ClassDevice = { className, name, device, nodePath: node.path };
    this.#devices.push(made);
    this.#fillSysfs(folder.folder(name), deviceClass, name, device, node.path);
    this.#devtmpfs.createNode(node.path, device, node.mode);
    for (const listener of this.#listeners) listener(made);
    return 0;
  }

  #fillSysfs(
    folder: Directory,
    deviceClass: DeviceClass,
    name: string,
    device: number,
    nodePath: string,
  ): void {
    const { fileSystem } = folder;
    const [major, minor] = [majorOf(device), minorOf(device)];
    const text = (mode: number, content: string) =>
      new PseudoFile(fileSystem, mode, { show: () => content }, 4096);
    folder.add('dev', text(0o444, `${major}:${minor}\n`));
    folder.add('uevent', text(0o644, `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${nodePath}\n`));
    folder.add('subsystem', new SymbolicLink(fileSystem, `../../../../class/${deviceClass.name}`));
    folder.folder('power');
    const fromClass = new SymbolicLink(fileSystem, `../../devices/virtual/${deviceClass.name}/${name}`);
    this.#sysfs.folder('class').folder(deviceClass.name).add(name, fromClass);
    const fromNumber = new SymbolicLink(fileSystem, `../../devices/virtual/${deviceClass.name}/${name}`);
    this.#sysfs.folder('dev').folder('char').add(`${major}:${minor}`, fromNumber);
  }
}
