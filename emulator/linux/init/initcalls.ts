import { scheduleBoardDrivers } from '../drivers/base/board-drivers.ts';
import { DriverCore } from '../drivers/base/class.ts';
import { Devices } from '../drivers/base/dd.ts';
import { Devtmpfs } from '../drivers/base/devtmpfs.ts';
import { Faults } from '../drivers/base/faults.ts';
import { addMemoryDevices } from '../drivers/char/mem.ts';
import { RandomSource } from '../drivers/char/random.ts';
import { DmaBufs } from '../drivers/dma-buf/dma-buf.ts';
import { addBufferStatistics, addBufinfo } from '../drivers/dma-buf/dma-buf-debug.ts';
import { addSyncFileIoctls } from '../drivers/dma-buf/dma-buf-sync-file.ts';
import { FenceContexts } from '../drivers/dma-buf/dma-fence.ts';
import { DmaHeaps } from '../drivers/dma-buf/dma-heap.ts';
import { addCmaHeaps } from '../drivers/dma-buf/heaps/cma-heap.ts';
import { createSystemHeap } from '../drivers/dma-buf/heaps/system-heap.ts';
import { addSwSync } from '../drivers/dma-buf/sw-sync.ts';
import { addUdmabuf } from '../drivers/dma-buf/udmabuf.ts';
import { addVgem } from '../drivers/gpu/drm/vgem.ts';
import { addDeviceTreeFiles } from '../drivers/of/device-tree-files.ts';
import { addTeeHeaps } from '../drivers/tee/optee.ts';
import { elfFormat } from '../fs/binfmt-elf.ts';
import { CharDevices } from '../fs/char-dev.ts';
import { BinaryFormats } from '../fs/exec.ts';
import { FileTable } from '../fs/file.ts';
import { mountAll } from '../fs/mounts.ts';
import { addProcFiles } from '../fs/proc/system-files.ts';
import { mountCgroups } from '../kernel/cgroup/cgroupfs.ts';
import { Cgroups } from '../kernel/cgroup/cgroups.ts';
import { addConfigFile } from '../kernel/configs.ts';
import { Coherency } from '../kernel/dma/coherency.ts';
import { makeInit } from '../kernel/fork.ts';
import { Futexes } from '../kernel/futex.ts';
import { addBuiltInParameter, addModuleFiles } from '../kernel/module/sysfs.ts';
import { Modules } from '../kernel/module.ts';
import { readBoolParameter } from '../kernel/params/bool.ts';
import { Power } from '../kernel/reboot.ts';
import { TaskTable } from '../kernel/task.ts';
import { Timers } from '../kernel/timers.ts';
import { addCmaDebugfs, addCmaSysfs } from '../mm/cma-files.ts';
import { PageCache } from '../mm/filemap.ts';
import { Frames } from '../mm/frames.ts';
import { UnixInFlight } from '../net/unix-in-flight.ts';
import type { Errno } from '../uapi/errno.ts';
import { populateRootfs } from './initramfs.ts';
import type { EarlyKernel, Kernel } from './kernel.ts';

/** The levels of do_initcalls(), in their order. */
const levels = ['early', 'core', 'postcore', 'arch', 'subsys', 'fs', 'device', 'late'] as const;

/** One function that a part of the kernel has run at boot. As in the kernel, its error stops nobody else. */
interface Initcall {
  readonly level: (typeof levels)[number];
  readonly name: string;
  readonly run: (kernel: Kernel) => Errno;
}

/** A driver that takes a dynamic major before dma_heap does, where it is built in. */
function takesMajor(
  level: Initcall['level'],
  name: string,
  symbol: string,
  region: string,
  minors: number,
): Initcall {
  return {
    level,
    name,
    run: ({ config, charDevices }) =>
      config.tristate(symbol) === 'y' ? Math.min(0, charDevices.allocate(0, minors, region)) : 0,
  };
}

/** What is modelled of drivers, in the order of linking within a level. */
const initcalls: readonly Initcall[] = [
  takesMajor('core', 'gpiolib_dev_init', 'GPIOLIB', 'gpiochip', 512),
  takesMajor('subsys', 'tpm_init', 'TCG_TPM', 'tpm', 65536),
  takesMajor('subsys', 'dax_core_init', 'DAX', 'dax', 1 << 20),
  {
    level: 'subsys',
    name: 'dma_heap_init',
    run: whereEnabled('DMABUF_HEAPS', initialiseHeaps),
  },
  { level: 'subsys', name: 'dma_buf_init', run: whereEnabled('SYNC_FILE', addSyncFileIoctls) },
  { level: 'subsys', name: 'dma_buf_init_debugfs', run: whereEnabled('DEBUG_FS', addBufinfo) },
  {
    level: 'subsys',
    name: 'dma_buf_init_sysfs_statistics',
    run: whereEnabled('DMABUF_SYSFS_STATS', addBufferStatistics),
  },
  { level: 'subsys', name: 'cma_sysfs_init', run: whereEnabled('CMA_SYSFS', addCmaSysfs) },
  { level: 'late', name: 'cma_debugfs_init', run: whereEnabled('CMA_DEBUGFS', addCmaDebugfs) },
  { level: 'core', name: 'init_elf_binfmt', run: registerElf },
  { level: 'fs', name: 'proc_files_init', run: addProcFiles },
  { level: 'device', name: 'ikconfig_init', run: whereBuiltIn('IKCONFIG_PROC', addConfigFile) },
  { level: 'fs', name: 'cgroup_init', run: whereEnabled('CGROUPS', mountCgroups) },
  { level: 'fs', name: 'populate_rootfs', run: populateRootfs },
  { level: 'fs', name: 'proc_modules_init', run: whereEnabled('MODULES', addModuleFiles) },
  { level: 'fs', name: 'of_core_init', run: addDeviceTreeFiles },
  { level: 'device', name: 'vgem_init', run: whereEnabled('DRM_VGEM', addVgem) },
  { level: 'device', name: 'udmabuf_dev_init', run: whereEnabled('UDMABUF', addUdmabuf) },
  { level: 'late', name: 'sync_debugfs_init', run: whereEnabled('SW_SYNC', addSwSync) },
  { level: 'fs', name: 'chr_dev_init', run: addMemoryDevices },
  { level: 'device', name: 'system_heap_create', run: whereBuiltIn('DMABUF_HEAPS_SYSTEM', createSystemHeap) },
  {
    level: 'device',
    name: 'add_cma_heaps',
    run: whereBuiltIn('DMABUF_HEAPS_CMA', (kernel) => addCmaHeaps(kernel, kernel.dmaHeaps)),
  },
  { level: 'device', name: 'optee_core_init', run: unlessModule('OPTEE', addTeeHeaps) },
  { level: 'device', name: 'heap_drivers_init', run: registerHeapDrivers },
  { level: 'device', name: 'board_drivers_init', run: scheduleBoardDrivers },
];

/** Programs of 64 bits, on a kernel of 64 bits. */
function registerElf(kernel: Kernel): Errno {
  if (kernel.arch.name === 'arm64') kernel.binaryFormats.register(elfFormat);
  return 0;
}

/** The heaps that are plugged in; as in the kernel, the error of one stops no other. */
function registerHeapDrivers(kernel: Kernel): Errno {
  for (const driver of kernel.platform.heapDrivers) driver.register(kernel);
  return 0;
}

/** The framework, and its parameter. */
function initialiseHeaps(kernel: Kernel): Errno {
  const { dmaHeaps, release } = kernel;
  if (release.behaviours.memAccounting !== 'absent') {
    dmaHeaps.accountsMemory = readBoolParameter(kernel, 'dma_heap.mem_accounting');
    const show = () => (dmaHeaps.accountsMemory ? 'Y\n' : 'N\n');
    addBuiltInParameter(kernel, 'dma_heap', 'mem_accounting', show);
  }
  return dmaHeaps.initialise();
}

function whereEnabled(symbol: string, run: (kernel: Kernel) => Errno): (kernel: Kernel) => Errno {
  return (kernel) => (kernel.config.enabled(symbol) ? run(kernel) : 0);
}

/** Heaps that are modules wait until somebody loads them. */
function whereBuiltIn(symbol: string, run: (kernel: Kernel) => Errno): (kernel: Kernel) => Errno {
  return (kernel) => (kernel.config.tristate(symbol) === 'y' ? run(kernel) : 0);
}

/** Whether a page belongs to a CMA area. */
function isInArea({ cma }: EarlyKernel, pfn: number): boolean {
  return cma.all.some(({ basePfn, pageCount }) => basePfn <= pfn && pfn < basePfn + pageCount);
}

/** Drivers that are modules wait as well; the built-in configuration leaves it open how they were built. */
function unlessModule(symbol: string, run: (kernel: Kernel) => Errno): (kernel: Kernel) => Errno {
  return (kernel) => (kernel.config.tristate(symbol) === 'm' ? 0 : run(kernel));
}

/** The subsystems of a kernel whose memory is up, empty as yet. */
function assemble(early: EarlyKernel): Kernel {
  const { log, release, clock } = early;
  const frames = new Frames(early);
  const pageCache = new PageCache(frames, early.pages);
  early.cma.migrate = (pfns) => {
    const left = pageCache.makeWay(pfns);
    return typeof left === 'number' ? left : left.length === 0 ? 0 : frames.migrate(left);
  };
  early.pages.reclaim = (pageCount, avoidCma) =>
    pageCache.reclaim(pageCount, (pfn) => avoidCma && isInArea(early, pfn));
  const mounts = mountAll({ ...early, frames });
  const devtmpfs = new Devtmpfs(mounts.dev);
  const charDevices = new CharDevices(log);
  const drivers = new DriverCore(log, mounts.sys, devtmpfs);
  const faults = new Faults();
  const kernel: Kernel = {
    ...early,
    frames,
    pageCache,
    mounts,
    faults,
    devices: new Devices(),
    coherency: new Coherency(early.platform.coherency, () => kernel),
    charDevices,
    devtmpfs,
    drivers,
    files: new FileTable(maximumFiles(early)),
    socketsInFlight: new UnixInFlight(),
    timers: new Timers(clock),
    futexes: new Futexes(),
    random: new RandomSource(early.seed),
    binaryFormats: new BinaryFormats(),
    fences: new FenceContexts(),
    dmaBufs: new DmaBufs(mounts.dmaBuf, mounts.anonymous, release.behaviours),
    dmaHeaps: new DmaHeaps(charDevices, drivers, log, release.behaviours, faults),
    tasks: new TaskTable(),
    power: new Power(),
    modules: new Modules(),
    cgroups: new Cgroups(),
  };
  return kernel;
}

/** files_maxfiles_init(): a tenth of memory at one KiB a file. */
function maximumFiles({ pages, pageSizeBytes }: EarlyKernel): number {
  return Math.max(8192, Math.floor((pages.freePages * (pageSizeBytes / 1024)) / 10));
}

/** Brings up everything above memory: do_basic_setup() and the first process, which stands by. */
export function runInitcalls(early: EarlyKernel): Kernel {
  const kernel = assemble(early);
  for (const level of levels) {
    for (const initcall of initcalls) {
      if (initcall.level !== level) continue;
      initcall.run(kernel);
    }
  }
  makeInit(kernel);
  return kernel;
}
