/** The symbols that decide how memory is laid out, as numbers and flags. */
export interface KernelConfigFacts {
  readonly architecture: 'arm64' | 'arm';
  readonly pageShift: number;
  /** CONFIG_ARM64_VA_BITS. */
  readonly virtualAddressBits: number;
  readonly physicalAddressBits: number;
  /** CONFIG_PAGE_OFFSET: where the kernel's part of the address space begins on a 32-bit machine. */
  readonly pageOffset: bigint;
  /** CONFIG_HIGHMEM: memory that is not always mapped can be used. */
  readonly highmem: boolean;
  readonly hugetlb: boolean;
  readonly transparentHugepage: boolean;
  readonly numa: boolean;
  readonly efi: boolean;
  readonly zoneDma: boolean;
  readonly zoneDma32: boolean;
  readonly cma: boolean;
  readonly dmaCma: boolean;
}

type Lookup = (symbol: string) => string | undefined;

/** Works the facts out of the symbols. */
export function factsOf(symbol: Lookup): KernelConfigFacts {
  const enabled = (name: string): boolean => symbol(name) === 'y' || symbol(name) === 'm';
  const number = (name: string, fallback: number): number => Number(symbol(name) ?? fallback);
  const architecture = enabled('ARM64') || !enabled('ARM') ? 'arm64' : 'arm';
  const lpae = enabled('ARM_LPAE');
  const pageShift = enabled('ARM64_64K_PAGES') ? 16 : enabled('ARM64_16K_PAGES') ? 14 : 12;
  const hasHugePages = architecture === 'arm64' || lpae;
  return {
    architecture,
    pageShift: number('PAGE_SHIFT', number('ARM64_PAGE_SHIFT', pageShift)),
    virtualAddressBits: number('ARM64_VA_BITS', 48),
    physicalAddressBits: architecture === 'arm' ? (lpae ? 40 : 32) : number('ARM64_PA_BITS', 48),
    pageOffset: pageOffsetOf(symbol),
    highmem: enabled('HIGHMEM'),
    hugetlb: hasHugePages && (enabled('HUGETLB_PAGE') || enabled('HUGETLBFS')),
    transparentHugepage: hasHugePages && enabled('TRANSPARENT_HUGEPAGE'),
    numa: enabled('NUMA'),
    efi: enabled('EFI'),
    zoneDma: enabled('ZONE_DMA'),
    zoneDma32: enabled('ZONE_DMA32'),
    cma: enabled('CMA'),
    dmaCma: enabled('DMA_CMA'),
  };
}

/** How the address space of a 32-bit machine is split between programs and the kernel. */
function pageOffsetOf(symbol: Lookup): bigint {
  const stated = symbol('PAGE_OFFSET');
  if (stated !== undefined && /^0x[0-9a-f]+$/i.test(stated)) return BigInt(stated);
  if (symbol('VMSPLIT_1G') === 'y') return 0x4000_0000n;
  if (symbol('VMSPLIT_2G') === 'y') return 0x8000_0000n;
  return symbol('VMSPLIT_3G_OPT') === 'y' ? 0xb000_0000n : 0xc000_0000n;
}
