import { beforeEach, describe, expect, it } from 'vitest';
import { smallKernel } from '../../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { Kernel } from '../../init/kernel.ts';
import { errno } from '../../uapi/errno.ts';
import { makeDevice } from '../../uapi/stat.ts';

let kernel: Kernel;
let process: Process;

beforeEach(() => {
  kernel = smallKernel();
  process = spawnProcess(kernel);
});

describe('a device of a class', () => {
  it('is found in sysfs by path, by class and by number', () => {
    kernel.drivers.createClass({ name: 'toys' });
    expect(kernel.drivers.createDevice('toys', makeDevice(240, 7), 'train')).toBe(0);
    expect(process.readFile('/sys/devices/virtual/toys/train/dev')).toBe('240:7\n');
    expect(process.readFile('/sys/class/toys/train/uevent')).toBe('MAJOR=240\nMINOR=7\nDEVNAME=train\n');
    expect(process.readlink('/sys/class/toys/train')).toBe('../../devices/virtual/toys/train');
    expect(process.readFile('/sys/dev/char/240:7/dev')).toBe('240:7\n');
    expect(process.readdir('/sys/class/toys/train/subsystem')).toEqual(['train']);
  });

  it('is refused where its name is taken, and the first one stays', () => {
    kernel.drivers.createClass({ name: 'toys' });
    kernel.drivers.createDevice('toys', makeDevice(240, 1), 'ball');
    expect(kernel.drivers.createDevice('toys', makeDevice(240, 2), 'ball')).toBe(-errno.EEXIST);
    expect(process.readFile('/sys/class/toys/ball/dev')).toBe('240:1\n');
  });

  it('has an exclamation mark for each slash of its name', () => {
    kernel.drivers.createClass({ name: 'toys' });
    kernel.drivers.createDevice('toys', makeDevice(240, 3), 'box/lid');
    expect(process.readFile('/sys/class/toys/box!lid/dev')).toBe('240:3\n');
    expect(process.readdir('/dev/box')).toEqual(['lid']);
  });
});
