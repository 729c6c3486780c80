import { formatSize, hex } from '../../../base/units.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { TeeFacts } from '../../init/platform.ts';
import { allocCoherent } from '../../kernel/dma/mapping.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { Device } from '../base/device.ts';
import { genPoolOver, type ProtectedPool, putTeeHeaps, registerTeeHeap, staticPool } from './tee-heap.ts';

/**
 * The driver of OP-TEE, as far as protected memory goes. Plays drivers/tee/optee/smc_abi.c,
 * optee_protmem_pool_init(), and protmem.c.
 * Deviations: the secure world itself is not there; what it offers is said from outside, and it never refuses a loan.
 */

/** The initcall: a heap for each use that the firmware offers; without an offer nothing happens. */
export function addTeeHeaps(kernel: Kernel): Errno {
  const { platform, release, log } = kernel;
  const { tee } = platform;
  if (tee === undefined) return 0;
  if (!release.behaviours.teeHeaps) return skip(kernel, 'this release has no heaps of protected memory');
  if (!isConfigured(kernel)) return skip(kernel, 'TEE or OPTEE is not configured');
  const pool = poolOf(kernel, tee);
  if (pool === undefined) return 0;
  if (typeof pool === 'number') {
    log.info('optee: Protected memory service not available');
    return skip(kernel, `its memory is not usable (${pool}): base and size must be whole pages of memory`);
  }
  for (const use of tee.uses) {
    const registered = registerTeeHeap(kernel, use, pool);
    if (registered < 0) return registered;
  }
  return 0;
}

/** The driver goes: its heaps stay, and have nothing to give until it comes back. */
export function removeTeeBackend(kernel: Kernel): void {
  putTeeHeaps(kernel);
}

function isConfigured({ config }: Kernel): boolean {
  return config.isReference || (config.enabled('TEE') && config.enabled('OPTEE'));
}

function skip(kernel: Kernel, why: string): Errno {
  kernel.decisions.note({
    subject: 'heap:protected',
    rule: 'tee/heaps',
    outcome: `the board's trusted environment offers protected memory, but there are no heaps for it: ${why}`,
    evidence: 'read',
  });
  return 0;
}

/** Static memory is tried first, a loan second. */
function poolOf(kernel: Kernel, tee: TeeFacts): ProtectedPool | Errno | undefined {
  const owned = tee.staticPool;
  const usable = owned === undefined ? undefined : staticPool(kernel, owned.baseBytes, owned.sizeBytes);
  if (owned !== undefined && typeof usable === 'object') {
    note(kernel, `${formatSize(owned.sizeBytes)} at ${hex(owned.baseBytes)}, which the secure world owns`);
    return usable;
  }
  if (tee.dynamicBytes === undefined) return usable;
  note(kernel, `${formatSize(tee.dynamicBytes)} that are lent to the secure world while any buffer lives`);
  return lentPool(kernel, tee.dynamicBytes);
}

function note(kernel: Kernel, what: string): void {
  kernel.decisions.note({
    subject: 'heap:protected',
    rule: 'tee/pool',
    outcome: `protected buffers come from ${what}`,
    evidence: 'read',
  });
}

/**
 * optee_protmem_alloc_dyn_pool(): with the first buffer the whole pool is taken as the driver's DMA memory, out of the
 * default area where there is one; with the last buffer it goes back.
 */
function lentPool(kernel: Kernel, sizeBytes: bigint): ProtectedPool {
  const device = new Device({
    name: 'optee',
    node: kernel.handoff.tree.node('/firmware/optee') ?? kernel.handoff.tree.root,
    driverName: 'optee',
    coherentMask: (1n << BigInt(kernel.config.facts.physicalAddressBits)) - 1n,
    busLimit: 0n,
    windows: [],
    isCoherent: true,
    isTranslated: false,
  });
  let loan: { readonly pool: ProtectedPool; readonly free: () => void; buffers: number } | undefined;
  const take = () => {
    const memory = allocCoherent(kernel, device, { sizeBytes });
    const run = memory.source === undefined ? undefined : memory.runs[0];
    if (memory.source === undefined || run === undefined) return undefined;
    return { pool: genPoolOver(run.pfn, run.pageCount), free: memory.free, buffers: 0 };
  };
  const put = (): void => {
    if (loan === undefined || loan.buffers > 0) return;
    loan.free();
    loan = undefined;
  };
  return {
    alloc: (pageCount) => {
      loan ??= take();
      if (loan === undefined) return -errno.ENOMEM;
      const pfn = loan.pool.alloc(pageCount);
      if (pfn >= 0) loan.buffers += 1;
      put();
      return pfn;
    },
    free: (pfn, pageCount) => {
      if (loan === undefined) return;
      loan.pool.free(pfn, pageCount);
      loan.buffers -= 1;
      put();
    },
  };
}
