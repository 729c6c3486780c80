import { MemoryCounter } from '../../mm/memcontrol.ts';
import type { DeviceAllowances } from './device-rules.ts';

/** A control group of version 2. Plays kernel/cgroup/cgroup.c; every controller is on in every group. */
export class Cgroup {
  readonly name: string;
  readonly parent: Cgroup | undefined;
  readonly children = new Map<string, Cgroup>();
  readonly memory: MemoryCounter;
  /** What a container's runtime attached; undefined where nothing was. */
  devices: DeviceAllowances | undefined = undefined;

  constructor(name: string, parent: Cgroup | undefined) {
    this.name = name;
    this.parent = parent;
    this.memory = new MemoryCounter(parent?.memory);
  }

  /** `/a/b`, and `/` for the root. */
  get path(): string {
    if (this.parent === undefined) return '/';
    return this.parent.parent === undefined ? `/${this.name}` : `${this.parent.path}/${this.name}`;
  }

  child(name: string): Cgroup {
    const made = new Cgroup(name, this);
    this.children.set(name, made);
    return made;
  }

  /** Whether it is `group`, or below it. */
  isWithin(group: Cgroup): boolean {
    return this === group || (this.parent?.isWithin(group) ?? false);
  }

  /** Whether every group up to the root allows a device. */
  allowsDevice(mode: number, device: number, access: string): boolean {
    if (this.devices !== undefined && !this.devices.allows(mode, device, access)) return false;
    return this.parent?.allowsDevice(mode, device, access) ?? true;
  }
}
