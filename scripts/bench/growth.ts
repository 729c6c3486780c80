import { findCompiler } from 'dtc-parser/node';
import { readFdt } from '../../emulator/devicetree/fdt.ts';
import type { Kernel } from '../../emulator/linux/init/kernel.ts';
import { O_CLOEXEC, O_RDWR } from '../../emulator/linux/uapi/fcntl.ts';
import { smallKernel } from '../../emulator/testing/small-kernel.ts';
import { spawnProcess } from '../../emulator/userland/process.ts';
import { bootTree } from '../../emulator/whatif/boot-tree.ts';
import { chooseKernel } from '../../emulator/whatif/kernel-choice.ts';
import { type Curve, type CurvePlan, drawn } from './growth/curve.ts';

const system = '/dev/dma_heap/system';
const cma = '/dev/dma_heap/linux,cma';
const pageBytes = 4096;
const flags = O_RDWR | O_CLOEXEC;
const times = 500;
/** Descriptors that a process may have are 1,024; more buffers need more processes. */
const buffersOfProcess = 1000;

/** ALLOC and close by a process that keeps nothing. */
function allocating(kernel: Kernel, heapPath: string, length: number) {
  const process = spawnProcess(kernel);
  const heap = process.open(heapPath, flags);
  const run = () => {
    for (let done = 0; done < times; done += 1) process.close(process.dmaHeapAlloc(heap, length, flags));
  };
  return { run, times };
}

/** Buffers of a page each that live on; with holes, every second one is closed again. */
function keep(kernel: Kernel, heapPath: string, count: number, withHoles: boolean): void {
  const kept: (() => void)[] = [];
  for (let made = 0; made < count; made += buffersOfProcess) {
    const process = spawnProcess(kernel);
    const heap = process.open(heapPath, flags);
    for (let index = made; index < Math.min(count, made + buffersOfProcess); index += 1) {
      const fd = process.dmaHeapAlloc(heap, pageBytes, flags);
      if (index % 2 === 1) kept.push(() => process.close(fd));
    }
  }
  if (withHoles) for (const close of kept) close();
}

const GiBPages = 262_144;

const plans: readonly CurvePlan[] = [
  {
    name: 'ALLOC 1 MiB and close, by size of the CMA area',
    of: 'MiB',
    because: 'Bitmap.findClearArea begins at the first clear bit (linux/lib/bitmap.ts)',
    counts: [64, 512, 2048, 8192],
    async at(count) {
      const areas = [{ name: 'linux,cma', pageCount: (count / 1024) * GiBPages }];
      return allocating(smallKernel({ areas, ramMiB: 12_288 }), cma, 256 * pageBytes);
    },
  },
  {
    name: 'boot, by number of reserved regions',
    of: 'regions',
    because: 'every node is read, reserved and noted once (linux/drivers/of/reserved-mem.ts)',
    counts: [1, 10, 100, 250, 500],
    at: bootWithRegions,
  },
  {
    name: 'ALLOC 4 KiB and close on the system heap, by live buffers',
    of: 'buffers',
    because: 'free blocks are on a list for each order (linux/mm/free-area.ts)',
    counts: [10, 100, 1000, 10_000, 100_000],
    async at(count) {
      const kernel = smallKernel({ ramMiB: 2048 });
      keep(kernel, system, count, false);
      return allocating(kernel, system, pageBytes);
    },
  },
  {
    name: 'ALLOC 8 KiB and close on a CMA heap, by single pages there with a hole between each two',
    of: 'pages',
    because: 'the worst case of first fit: each hole is looked at, as in the kernel (linux/lib/bitmap.ts)',
    counts: [10, 100, 1000, 10_000, 100_000],
    async at(count) {
      const kernel = smallKernel({ areas: [{ name: 'linux,cma', pageCount: GiBPages }], ramMiB: 2048 });
      keep(kernel, cma, count, true);
      return allocating(kernel, cma, 2 * pageBytes);
    },
  },
  {
    name: 'ALLOC 4 KiB and close, by processes alive',
    of: 'processes',
    because: 'a call names its task; no list of tasks is walked (linux/syscalls.ts)',
    counts: [1, 10, 100, 1000],
    async at(count) {
      const kernel = smallKernel();
      for (let made = 1; made < count; made += 1) spawnProcess(kernel).open(system, flags);
      return allocating(kernel, system, pageBytes);
    },
  },
  {
    name: 'start and end of a process, by processes alive',
    of: 'processes',
    because: 'tasks are kept in a map by pid (linux/kernel/task.ts)',
    counts: [1, 10, 100, 1000],
    async at(count) {
      const kernel = smallKernel();
      for (let made = 1; made < count; made += 1) spawnProcess(kernel);
      const run = () => {
        for (let done = 0; done < 50; done += 1) spawnProcess(kernel).exit(0);
      };
      return { run, times: 50 };
    },
  },
];

/** Of one boot alone the garbage collector takes all or nothing. */
const bootsInARun = 10;

/** A board of 8 GiB with this many regions of 64 KiB, on a release whose table of regions grows as it must. */
async function bootWithRegions(count: number) {
  const compiler = findCompiler();
  if (compiler === undefined)
    throw new Error('the devicetree compiler has not been built; run scripts/setup');
  const regions = Array.from({ length: count }, (_, index) => {
    const base = 0x6000_0000 + index * 0x10_0000;
    return `region@${base.toString(16)} { reg = <0x0 0x${base.toString(16)} 0x0 0x10000>; };`;
  });
  const source = `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x2 0x0>; };
  reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; ${regions.join('\n')} };
};
`;
  const { dtb } = await compiler.compile(source, { file: 'regions.dts' });
  const tree = readFdt(dtb, 'regions.dtb');
  const kernel = chooseKernel({ release: '7.3' }, undefined, () => {
    throw new Error('no configuration file is needed');
  });
  const booted = bootTree({ ...kernel, tree, profile: undefined }).summary();
  if (booted.regions.length < count)
    throw new Error(`${booted.regions.length} of ${count} regions are there`);
  const run = () => {
    for (let boots = 0; boots < bootsInARun; boots += 1) bootTree({ ...kernel, tree, profile: undefined });
  };
  return { run, times: bootsInARun };
}

/** How costs grow with what a board has and what runs on it. */
export async function growth(): Promise<readonly Curve[]> {
  const curves: Curve[] = [];
  for (const plan of plans) curves.push(await drawn(plan));
  return curves;
}
