/** The symbols that decide how memory is laid out, as numbers and flags. */
export interface KernelConfigFacts {
  readonly architecture: 'arm64' | 'arm';
  readonly pageShift: number;
  /** CONFIG_ARM64_VA_BITS. */
  readonly virtualAddressBits: number;
  readonly physicalAddressBits: number;
  readonly hugetlb: boolean;
  readonly transparentHugepage: boolean;
  readonly numa: boolean;
  readonly efi: boolean;
  readonly zoneDma: boolean;
  readonly zoneDma32: boolean;
  readonly cma: boolean;
  readonly dmaCma: boolean;
  readonly possibleCpus: number;
}

type Lookup = (symbol: string) => string | undefined;

/** Works the facts out of the symbols. */
export function factsOf(symbol: Lookup): KernelConfigFacts {
  const enabled = (name: string): boolean => symbol(name) === 'y' || symbol(name) === 'm';
  const number = (name: string, fallback: number): number => Number(symbol(name) ?? fallback);
  const architecture = enabled('ARM64') || !enabled('ARM') ? 'arm64' : 'arm';
  const pageShift = enabled('ARM64_64K_PAGES') ? 16 : enabled('ARM64_16K_PAGES') ? 14 : 12;
  return {
    architecture,
    pageShift: number('PAGE_SHIFT', number('ARM64_PAGE_SHIFT', pageShift)),
    virtualAddressBits: number('ARM64_VA_BITS', 48),
    physicalAddressBits: number('ARM64_PA_BITS', 48),
    hugetlb: enabled('HUGETLB_PAGE') || enabled('HUGETLBFS'),
    transparentHugepage: enabled('TRANSPARENT_HUGEPAGE'),
    numa: enabled('NUMA'),
    efi: enabled('EFI'),
    zoneDma: enabled('ZONE_DMA'),
    zoneDma32: enabled('ZONE_DMA32'),
    cma: enabled('CMA'),
    dmaCma: enabled('DMA_CMA'),
    possibleCpus: number('NR_CPUS', 256),
  };
}
