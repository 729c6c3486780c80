import { beforeEach, describe, expect, it } from 'vitest';
import type { Kernel } from '../../linux/init/kernel.ts';
import { O_RDONLY, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { majorOf, minorOf, S_IFCHR } from '../../linux/uapi/stat.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { spawnProcess } from '../process.ts';
import { containerSchema } from './facts.ts';
import { startContainer } from './runtime.ts';

const heap = '/dev/dma_heap/system';
let kernel: Kernel;

beforeEach(() => {
  kernel = smallKernel({ release: '6.12' });
  const root = spawnProcess(kernel);
  root.chmod(heap, 0o660);
  root.chown(heap, 0, 44);
});

function start(facts: unknown, identity = { uid: 1000, gid: 1000, groups: [44] as number[] }) {
  return startContainer(kernel, containerSchema.parse(facts), identity, 'camera');
}

describe('a container', () => {
  it('has a /dev of its own, with the usual nodes and what is passed', () => {
    const inside = start({ devices: [heap], groups: 'keep' });
    expect(inside.readdir('/dev').toSorted()).toEqual([
      'dma_heap',
      'full',
      'null',
      'random',
      'urandom',
      'zero',
    ]);
    expect(inside.stat(heap)).toMatchObject({ gid: 44, mode: S_IFCHR | 0o660 });
    expect(inside.open(heap, O_RDWR)).toBeGreaterThanOrEqual(0);
    expect(inside.readFile('/proc/version')).toMatch(/^Linux version 6\.12/);
  });

  it('does not lead out of its root', () => {
    const inside = start({});
    expect(inside.readdir('/..').toSorted()).toEqual(inside.readdir('/').toSorted());
    expect(() => inside.open(`/../../..${heap}`, O_RDWR)).toThrow(/ENOENT/);
  });

  it('loses the supplementary groups unless they are kept or given', () => {
    expect(() => start({ devices: [heap] }).open(heap, O_RDWR)).toThrow(/EACCES/);
    expect(start({ devices: [heap], groups: [44] }).open(heap, O_RDWR)).toBeGreaterThanOrEqual(0);
  });

  it('may see a node that its cgroup does not let it use, until a rule does', () => {
    const folder = { folders: ['/dev/dma_heap'], groups: 'keep' };
    expect(() => start(folder).open(heap, O_RDWR)).toThrow(/EPERM/);
    const { specialDevice } = spawnProcess(kernel).stat(heap);
    for (const rule of ['c *:* rw', 'a', `c ${majorOf(specialDevice)}:* rwm`])
      expect(start({ ...folder, cgroupRules: [rule] }).open(heap, O_RDWR), rule).toBeGreaterThanOrEqual(0);
    expect(() => start({ ...folder, cgroupRules: ['c *:* r'] }).open(heap, O_RDWR)).toThrow(/EPERM/);
    expect(start({ ...folder, cgroupRules: ['c *:* r'] }).open(heap, O_RDONLY)).toBeGreaterThanOrEqual(0);
  });

  it('asks the mode bits before the cgroup', () => {
    expect(() => start({ folders: ['/dev/dma_heap'] }).open(heap, O_RDWR)).toThrow(/EACCES/);
  });

  it('lets its root make nodes, but not use them', () => {
    const root = start({}, { uid: 0, gid: 0, groups: [] });
    const { specialDevice } = spawnProcess(kernel).stat(heap);
    const word = (majorOf(specialDevice) << 8) | minorOf(specialDevice);
    root.mknod('/dev/own', S_IFCHR | 0o666, word);
    expect(() => root.open('/dev/own', O_RDWR)).toThrow(/EPERM/);
    const address = root.memory.pushString('/tmp');
    expect(root.trySyscall('mount', address, address, 0, 4096)).toBe(-1);
  });

  it('does not start where a device is to be passed that the host has not got', () => {
    expect(() => start({ devices: ['/dev/dma_heap/none'] })).toThrow(/ENOENT/);
  });
});

it('only the privileged change their root', () => {
  const user = spawnProcess(kernel, { uid: 1000 });
  const address = user.memory.pushString('/tmp');
  expect(user.trySyscall('chroot', address)).toBe(-1);
});
