import { describe, expect, it } from 'vitest';
import { type SmallKernelOptions, smallKernel } from '../../../testing/small-kernel.ts';
import { cgroupSchema, joinCgroup } from '../../../userland/container/cgroup.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { Kernel } from '../../init/kernel.ts';
import { parseDeviceRule } from '../../uapi/device-rule.ts';
import { O_RDWR, O_WRONLY } from '../../uapi/fcntl.ts';

const MiB = 1 << 20;

function boot(options: SmallKernelOptions = {}): { kernel: Kernel; root: Process } {
  const kernel = smallKernel({ release: '7.2', bootargs: 'dma_heap.mem_accounting=1', ...options });
  return { kernel, root: spawnProcess(kernel) };
}

function member(kernel: Kernel, root: Process, limit: string): Process {
  const process = spawnProcess(kernel, {}, 'hog');
  joinCgroup(root, process, cgroupSchema.parse({ name: 'hog', memory: limit }));
  return process;
}

describe('memory of the system heap', () => {
  it('is charged to the group of the task that allocates, until the last holder lets go', () => {
    const { kernel, root } = boot();
    const hog = member(kernel, root, '64M');
    const fd = hog.dmaHeapAlloc(hog.open('/dev/dma_heap/system', O_RDWR), 8 * MiB, O_RDWR);
    expect(root.readFile('/sys/fs/cgroup/hog/memory.stat')).toMatch(new RegExp(`^kernel ${8 * MiB}$`, 'm'));
    hog.close(fd);
    expect(root.readFile('/sys/fs/cgroup/hog/memory.stat')).toMatch(/^kernel 0$/m);
    expect(root.readFile('/sys/fs/cgroup/hog/memory.peak')).toBe(`${8 * MiB}\n`);
  });

  it('ends in the group’s OOM killer over the limit, and everything is given back', () => {
    const { kernel, root } = boot();
    const hog = member(kernel, root, '8M');
    const free = kernel.pages.freePages;
    const heap = hog.open('/dev/dma_heap/system', O_RDWR);
    expect(() => hog.dmaHeapAlloc(heap, 16 * MiB, O_RDWR)).toThrow(/killed by SIGKILL/);
    expect(kernel.pages.freePages).toBeGreaterThanOrEqual(free);
    expect(root.readFile('/sys/fs/cgroup/hog/memory.events')).toMatch(/oom 1\noom_kill 1\n/);
    expect(root.readFile('/sys/fs/cgroup/hog/memory.stat')).toMatch(/^kernel 0$/m);
    expect(kernel.log.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Memory cgroup out of memory: Killed process \d+ \(hog\)/),
    );
  });

  it('falls back to smaller chunks where larger ones have no room left', () => {
    const { kernel, root } = boot();
    const hog = member(kernel, root, String(2 * MiB + 65536));
    const heap = hog.open('/dev/dma_heap/system', O_RDWR);
    expect(hog.dmaHeapAlloc(heap, 2 * MiB + 65536 - 8192, O_RDWR)).toBeGreaterThan(0);
  });

  it.each([
    ['without the parameter', { bootargs: '' }],
    ['with a parameter that says no', { bootargs: 'dma_heap.mem_accounting=1 dma_heap.mem_accounting=off' }],
    ['before the parameter existed', { release: '6.12' }],
  ])('is charged to nobody %s', (_what, options) => {
    const { kernel, root } = boot(options);
    const hog = member(kernel, root, '1M');
    expect(hog.dmaHeapAlloc(hog.open('/dev/dma_heap/system', O_RDWR), 8 * MiB, O_RDWR)).toBeGreaterThan(0);
  });

  it('is shown to be accounted in sysfs, where the release knows it', () => {
    const path = '/sys/module/dma_heap/parameters/mem_accounting';
    expect(boot().root.readFile(path)).toBe('Y\n');
    expect(boot({ bootargs: '' }).root.readFile(path)).toBe('N\n');
    expect(() => boot({ release: '6.12' }).root.readFile(path)).toThrow(/ENOENT/);
  });

  it('of areas is not charged', () => {
    const { kernel, root } = boot();
    const hog = member(kernel, root, '1M');
    expect(hog.dmaHeapAlloc(hog.open('/dev/dma_heap/linux,cma', O_RDWR), 8 * MiB, O_RDWR)).toBeGreaterThan(0);
  });
});

describe('a group', () => {
  it('is made, filled, and taken away when it is empty', () => {
    const { root } = boot();
    root.mkdir('/sys/fs/cgroup/a');
    root.mkdir('/sys/fs/cgroup/a/b');
    const fd = root.open('/sys/fs/cgroup/a/b/cgroup.procs', O_WRONLY);
    root.write(fd, `${root.pid}\n`);
    expect(root.readFile('/sys/fs/cgroup/a/b/cgroup.procs')).toBe(`${root.pid}\n`);
    expect(() => root.rmdir('/sys/fs/cgroup/a')).toThrow(/EBUSY/);
    expect(() => root.rmdir('/sys/fs/cgroup/a/b')).toThrow(/EBUSY/);
    root.close(root.open('/sys/fs/cgroup/a/b/memory.max', O_WRONLY));
    const back = root.open('/sys/fs/cgroup/cgroup.procs', O_WRONLY);
    root.write(back, `${root.pid}`);
    root.rmdir('/sys/fs/cgroup/a/b');
    root.rmdir('/sys/fs/cgroup/a');
    expect(root.readdir('/sys/fs/cgroup')).not.toContain('a');
  });

  it('refuses what is no process and no size', () => {
    const { root } = boot();
    root.mkdir('/sys/fs/cgroup/a');
    const write = (file: string, text: string) =>
      root.write(root.open(`/sys/fs/cgroup/a/${file}`, O_WRONLY), text);
    expect(() => write('cgroup.procs', 'me')).toThrow(/EINVAL/);
    expect(() => write('cgroup.procs', '99999')).toThrow(/ESRCH/);
    expect(() => write('memory.max', '1 apple')).toThrow(/EINVAL/);
    write('memory.max', '1G');
    expect(root.readFile('/sys/fs/cgroup/a/memory.max')).toBe(`${1 << 30}\n`);
    write('memory.max', 'max');
    expect(root.readFile('/sys/fs/cgroup/a/memory.max')).toBe('max\n');
  });
});

it.each([
  ['c 252:* rw', { type: 'c', major: 252, minor: undefined, access: 'rw' }],
  ['b *:3', { type: 'b', major: undefined, minor: 3, access: 'rwm' }],
  ['a', { type: 'a', major: undefined, minor: undefined, access: 'rwm' }],
  ['c 252', undefined],
  ['x 1:2 r', undefined],
  ['c 1:2 rwx', undefined],
])('the device rule %j is read', (text, rule) => {
  expect(parseDeviceRule(text)).toEqual(rule);
});
