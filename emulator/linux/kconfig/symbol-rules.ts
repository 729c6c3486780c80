/** What a symbol may be set to; `heap` is a tristate where the release's heaps may be modules, else a bool. */
export type SymbolType = 'bool' | 'tristate' | 'heap' | 'int' | 'hex' | 'string';

/** What Kconfig knows of a symbol. */
export interface SymbolRule {
  readonly type: SymbolType;
  /** Symbols that must all be set. */
  readonly needs?: readonly string[];
  /** Symbols that must not be set. */
  readonly excludes?: readonly string[];
  /** Symbols that are set with it. */
  readonly selects?: readonly string[];
  /** The value that it has where it may be set and nothing is said. */
  readonly fallback?: string;
  /** Smallest and largest value. */
  readonly range?: readonly [least: number, most: number];
}

const bool = (rule: Omit<SymbolRule, 'type'> = {}): SymbolRule => ({ type: 'bool', ...rule });
const tristate = (rule: Omit<SymbolRule, 'type'> = {}): SymbolRule => ({ type: 'tristate', ...rule });
const int = (rule: Omit<SymbolRule, 'type'> = {}): SymbolRule => ({ type: 'int', ...rule });

/** The symbols that decide something here, as mm/, kernel/dma/, drivers/dma-buf/, arch/arm64/ and arch/arm/ declare them. */
export const symbolRules: ReadonlyMap<string, SymbolRule> = new Map(
  Object.entries({
    ARM64: bool(),
    ARM: bool(),
    ARM64_4K_PAGES: bool(),
    ARM64_16K_PAGES: bool(),
    ARM64_64K_PAGES: bool(),
    ARM64_PAGE_SHIFT: int({ range: [12, 16] }),
    PAGE_SHIFT: int({ range: [12, 16] }),
    ARM64_VA_BITS: int({ range: [36, 52] }),
    ARM64_PA_BITS: int({ range: [48, 52] }),
    ARM_LPAE: bool({ needs: ['ARM'] }),
    PAGE_OFFSET: { type: 'hex' },
    HIGHMEM: bool({ needs: ['ARM'] }),
    ARCH_FORCE_MAX_ORDER: int({ range: [1, 20] }),
    FORCE_MAX_ZONEORDER: int({ range: [1, 21] }),
    PAGE_BLOCK_ORDER: int({ range: [1, 20] }),
    PAGE_BLOCK_MAX_ORDER: int({ range: [1, 20] }),
    SMP: bool(),
    NR_CPUS: int({ range: [1, 8192] }),
    NUMA: bool(),
    EFI: bool(),
    ZONE_DMA: bool(),
    ZONE_DMA32: bool(),
    SPARSEMEM: bool(),
    SPARSEMEM_VMEMMAP: bool(),
    MEMORY_HOTREMOVE: bool(),
    HUGETLBFS: bool({ selects: ['HUGETLB_PAGE'] }),
    HUGETLB_PAGE: bool(),
    TRANSPARENT_HUGEPAGE: bool(),
    CMA: bool(),
    CMA_AREAS: int({ needs: ['CMA'], range: [0, 10000] }),
    CMA_DEBUG: bool({ needs: ['CMA'] }),
    CMA_SYSFS: bool({ needs: ['CMA', 'SYSFS'] }),
    CMA_DEBUGFS: bool({ needs: ['CMA', 'DEBUG_FS'] }),
    DMA_CMA: bool({ needs: ['CMA'] }),
    CMA_SIZE_SEL_MBYTES: bool({ needs: ['DMA_CMA'] }),
    CMA_SIZE_SEL_PERCENTAGE: bool({ needs: ['DMA_CMA'] }),
    CMA_SIZE_SEL_MIN: bool({ needs: ['DMA_CMA'] }),
    CMA_SIZE_SEL_MAX: bool({ needs: ['DMA_CMA'] }),
    CMA_SIZE_MBYTES: int({
      needs: ['DMA_CMA'],
      excludes: ['CMA_SIZE_SEL_PERCENTAGE'],
      fallback: '16',
      range: [0, 1048576],
    }),
    CMA_SIZE_PERCENTAGE: int({
      needs: ['DMA_CMA'],
      excludes: ['CMA_SIZE_SEL_MBYTES'],
      fallback: '10',
      range: [0, 100],
    }),
    CMA_ALIGNMENT: int({ needs: ['DMA_CMA'], fallback: '8', range: [2, 12] }),
    SWIOTLB: bool(),
    DMA_RESTRICTED_POOL: bool({ needs: ['SWIOTLB'] }),
    DMA_COHERENT_POOL: bool(),
    DMA_DIRECT_REMAP: bool({ selects: ['DMA_COHERENT_POOL'] }),
    DMA_DECLARE_COHERENT: bool(),
    DMA_SHARED_BUFFER: bool(),
    DMA_BOUNCE_UNALIGNED_KMALLOC: bool({ needs: ['SWIOTLB'] }),
    SYNC_FILE: bool({ selects: ['DMA_SHARED_BUFFER'] }),
    SW_SYNC: bool({ needs: ['SYNC_FILE', 'DEBUG_FS'] }),
    UDMABUF: bool({ needs: ['DMA_SHARED_BUFFER'] }),
    DMABUF_HEAPS: bool({ selects: ['DMA_SHARED_BUFFER'] }),
    DMABUF_HEAPS_SYSTEM: { type: 'heap', needs: ['DMABUF_HEAPS'] },
    DMABUF_HEAPS_CMA: { type: 'heap', needs: ['DMABUF_HEAPS', 'DMA_CMA'] },
    DMABUF_HEAPS_CMA_LEGACY: bool({ needs: ['DMABUF_HEAPS_CMA'] }),
    DMABUF_HEAPS_SYSTEM_CC_SHARED: bool({ needs: ['DMABUF_HEAPS', 'DMABUF_HEAPS_SYSTEM'] }),
    DMABUF_SYSFS_STATS: bool({ needs: ['DMA_SHARED_BUFFER'] }),
    TEE: tristate(),
    OPTEE: tristate({ needs: ['TEE'] }),
    TEE_DMABUF_HEAPS: bool({ needs: ['TEE', 'DMABUF_HEAPS'] }),
    GPIOLIB: bool(),
    TCG_TPM: tristate(),
    DAX: tristate(),
    DRM_VGEM: tristate(),
    CGROUPS: bool(),
    MEMCG: bool({ needs: ['CGROUPS'] }),
    MODULES: bool(),
    MODULE_UNLOAD: bool({ needs: ['MODULES'] }),
    SYSFS: bool({ fallback: 'y' }),
    PROC_FS: bool({ fallback: 'y' }),
    DEBUG_FS: bool(),
    IKCONFIG: tristate(),
    IKCONFIG_PROC: bool({ needs: ['IKCONFIG', 'PROC_FS'] }),
    BLK_DEV_INITRD: bool(),
    CONSOLE_LOGLEVEL_DEFAULT: int({ range: [1, 15] }),
    CONSOLE_LOGLEVEL_QUIET: int({ range: [1, 15] }),
  } satisfies Readonly<Record<string, SymbolRule>>),
);

/** Choices of which exactly one is set: setting one clears the others. */
export const choices: readonly (readonly string[])[] = [
  ['ARM64_4K_PAGES', 'ARM64_16K_PAGES', 'ARM64_64K_PAGES'],
  ['VMSPLIT_3G', 'VMSPLIT_3G_OPT', 'VMSPLIT_2G', 'VMSPLIT_1G'],
  ['CMA_SIZE_SEL_MBYTES', 'CMA_SIZE_SEL_PERCENTAGE', 'CMA_SIZE_SEL_MIN', 'CMA_SIZE_SEL_MAX'],
];
