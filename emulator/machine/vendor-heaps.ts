import * as z from 'zod';

/** A heap that a vendor's kernel has beside those of mainline. */
export interface VendorHeapFacts {
  readonly name: string;
  /** Pages of the page allocator, the default CMA area, or a region by its name or path. */
  readonly backing: string;
  /** Whether a buffer of it is one run of memory; areas give nothing else. */
  readonly contiguous: boolean;
  /** Whether processes see it through their caches. */
  readonly cached: boolean;
  /** Whether processes can map it. */
  readonly mmap: boolean;
  /** Whether its pages lie below 4 GiB. */
  readonly dma32: boolean;
  /** The group that may open it, by the vendor's own rules. */
  readonly group: string | undefined;
  /** Where the fact comes from. */
  readonly source: string;
}

/** An entry of `heaps:` in a board.yaml. */
export const vendorHeapSchema = z
  .strictObject({
    name: z.string('expected the name of the heap').min(1),
    backing: z.string("expected system, default, or a region's name or path").min(1),
    contiguous: z.boolean().default(false),
    cached: z.boolean().default(true),
    mmap: z.boolean().default(true),
    dma32: z.boolean().default(false),
    group: z.string().min(1).optional(),
    source: z.string().min(1),
  })
  .transform((facts): VendorHeapFacts => ({ ...facts, group: facts.group }));
