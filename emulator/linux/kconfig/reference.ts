import type { KernelConfig } from '../kconfig.ts';
import type { Release } from '../releases.ts';
import { SymbolConfig } from './symbols.ts';

/**
 * The values that matter of each release's arm64 defconfig. Where releases differ the release's behaviours say so;
 * the rest has been the same in all of them.
 */
const common: Readonly<Record<string, string>> = {
  ARM64: 'y',
  ARM64_4K_PAGES: 'y',
  ARM64_VA_BITS: '48',
  ARM64_PA_BITS: '48',
  NR_CPUS: '256',
  SMP: 'y',
  NUMA: 'y',
  EFI: 'y',
  SPARSEMEM_VMEMMAP: 'y',
  MEMORY_HOTREMOVE: 'y',
  RODATA_FULL_DEFAULT_ENABLED: 'y',
  BLK_DEV_INITRD: 'y',
  ZONE_DMA: 'y',
  ZONE_DMA32: 'y',
  HUGETLBFS: 'y',
  HUGETLB_PAGE: 'y',
  TRANSPARENT_HUGEPAGE: 'y',
  CMA: 'y',
  DMA_CMA: 'y',
  CMA_SIZE_MBYTES: '32',
  CMA_SIZE_SEL_MBYTES: 'y',
  CMA_ALIGNMENT: '8',
  SWIOTLB: 'y',
  DMA_COHERENT_POOL: 'y',
  DMA_DIRECT_REMAP: 'y',
  DMA_DECLARE_COHERENT: 'y',
  DMA_SHARED_BUFFER: 'y',
  SYNC_FILE: 'y',
  UDMABUF: 'y',
  GPIOLIB: 'y',
  TCG_TPM: 'y',
  CGROUPS: 'y',
  MEMCG: 'y',
  MODULES: 'y',
  MODULE_UNLOAD: 'y',
  DEBUG_FS: 'y',
  CRASH_DUMP: 'y',
  KEXEC: 'y',
  OF_KOBJ: 'y',
  SYSFS: 'y',
  PROC_FS: 'y',
  SWAP: 'y',
  MIGRATION: 'y',
  COMPACTION: 'y',
  MEMORY_FAILURE: 'y',
  IOMMU_SUPPORT: 'y',
  IKCONFIG: 'y',
  IKCONFIG_PROC: 'y',
  CMA_SYSFS: 'y',
  CMA_DEBUGFS: 'y',
  PRINTK_TIME: 'y',
  CONSOLE_LOGLEVEL_DEFAULT: '7',
  CONSOLE_LOGLEVEL_QUIET: '4',
  DMABUF_HEAPS: 'y',
  DMABUF_HEAPS_SYSTEM: 'y',
  DMABUF_HEAPS_CMA: 'y',
};

/** What differs in arch arm's multi_v7_defconfig; inferred. Symbols that are `n` are not set there. */
const arm: Readonly<Record<string, string>> = {
  ARM: 'y',
  VMSPLIT_3G: 'y',
  HIGHMEM: 'y',
  FLATMEM: 'y',
  ARM_L1_CACHE_SHIFT: '6',
  NR_CPUS: '16',
  CMA_SIZE_MBYTES: '64',
};
/** Symbols that arch arm does not have. */
const notOnArm =
  /^(ARM64.*|NUMA|SPARSEMEM.*|MEMORY_HOTREMOVE|RODATA_FULL.*|ZONE_DMA32|HUGETLB.*|TRANSPARENT_HUGEPAGE|SWIOTLB|DMA_COHERENT_POOL|DMA_DIRECT_REMAP)$/;

/** multi_v7_defconfig, as far as it matters, with the heaps built in. */
function armReference(release: Release): KernelConfig {
  const kept = Object.entries(common).filter(([symbol]) => !notOnArm.test(symbol));
  const symbols = new Map([...kept, ...Object.entries(arm)]);
  symbols.set('CMA_AREAS', String(release.behaviours.defaultCmaAreas.plain));
  return new SymbolConfig(`reference arm ${release.name}`, symbols, true);
}

/** The configuration that holds where none is given: the release's defconfig with the heaps built in. */
export function referenceConfig(release: Release, architecture: 'arm64' | 'arm' = 'arm64'): KernelConfig {
  if (architecture === 'arm') return armReference(release);
  const { defaultCmaAreas, referenceSymbols } = release.behaviours;
  const symbols = new Map([
    ...Object.entries(common),
    ...Object.entries(referenceSymbols),
    ['CMA_AREAS', String(defaultCmaAreas.numa)],
  ] as [string, string][]);
  return new SymbolConfig(`reference ${release.name}`, symbols, true);
}
