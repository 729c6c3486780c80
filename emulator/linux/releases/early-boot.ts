import type { History } from './history.ts';

/** What the kernel takes from memory before its allocators are up, and how large its own structures are. */
export interface EarlyBootBehaviours {
  /** What happens when memblock's first table of ranges is full before it may move. */
  readonly fullRangeTable: 'refused' | 'panic';
  /** Where the page tables of the kernel image and the identity map come from. */
  readonly kernelPageTables: 'allocated' | 'allocated-with-identity-map' | 'in-image';
  /** Whether the image is hidden with the no-map flag while all other memory is mapped. */
  readonly imageWhileMapping: 'hidden' | 'mapped-twice';
  /** When the linear map is made of single pages. */
  readonly linearMapPages: 'by-option' | 'always';
  /** log2 of a memory section: with pages of 4K and 16K, and of 64K. */
  readonly sectionBits: { readonly small: number; readonly large: number };
  /** Whether the memory map is taken as one buffer or by blocks of the page tables. */
  readonly memoryMapBuffer: 'one' | 'blocks';
  /** Bits that a pageblock has in the usage map of its section. */
  readonly pageblockFlagBits: number;
  /** Bytes of an entry in the table of regions that is moved to allocated memory; 0 where it stays. */
  readonly regionEntryBytes: number;
  /** Bytes of struct device_node and struct property, with sysfs. */
  readonly deviceNodeBytes: number;
  readonly propertyBytes: number;
  /** How far the DMA zone reaches: to a power of two, or to the very address that every bus master reaches. */
  readonly dmaZoneEnd: 'power-of-two' | 'address';
  /** Whether a small bounce buffer is kept where none is needed for addresses. */
  readonly bounceBuffer: 'by-address' | 'always-small';
  /** What the sizes of the large hash tables follow: memory without its map, or what is free once zones are known. */
  readonly hashTablesFollow: 'present-memory' | 'free-memory';
  /** When the line about memory is printed: as soon as the page allocator has it, or once all processors run. */
  readonly memoryLine: 'with-allocator' | 'after-processors';
  /** Symbols of the release's arm64 defconfig that other releases do not have. */
  readonly referenceSymbols: Readonly<Record<string, string>>;
}

export const earlyBootHistory: History<EarlyBootBehaviours> = {
  fullRangeTable: [
    {
      since: 'rfc-2019',
      value: 'refused',
      evidence: 'recorded',
      says: 'refuses a range for which the first table has no room',
    },
    {
      since: '6.12',
      value: 'panic',
      evidence: 'recorded',
      says: 'panics where the first table of memory ranges is full',
    },
  ],
  kernelPageTables: [
    {
      since: 'rfc-2019',
      value: 'allocated',
      evidence: 'recorded',
      says: "takes the page tables of the kernel's image from memory",
    },
    {
      since: '6.0',
      value: 'allocated-with-identity-map',
      evidence: 'recorded',
      says: "takes the page tables of the kernel's image and of the identity map from memory",
    },
    {
      since: '6.9',
      value: 'in-image',
      evidence: 'recorded',
      says: "has the page tables of the kernel's image inside the image",
    },
  ],
  imageWhileMapping: [
    {
      since: 'rfc-2019',
      value: 'hidden',
      evidence: 'recorded',
      says: 'hides the image with the no-map flag while it maps memory',
    },
    {
      since: '7.2',
      value: 'mapped-twice',
      evidence: 'recorded',
      says: 'maps the image first and memory around it',
    },
  ],
  linearMapPages: [
    {
      since: 'rfc-2019',
      value: 'by-option',
      evidence: 'recorded',
      says: 'maps memory in blocks unless RODATA_FULL_DEFAULT_ENABLED is set',
    },
    { since: '6.18', value: 'always', evidence: 'inferred', says: 'maps memory page by page' },
    { since: '7.2', value: 'always', evidence: 'recorded', says: 'maps memory page by page' },
  ],
  sectionBits: [
    {
      since: 'rfc-2019',
      value: { small: 30, large: 30 },
      evidence: 'recorded',
      says: 'divides memory into sections of 1 GiB',
    },
    {
      since: '5.12',
      value: { small: 27, large: 29 },
      evidence: 'recorded',
      says: 'divides memory into sections of 128 MiB, or 512 MiB with 64K pages',
    },
  ],
  memoryMapBuffer: [
    { since: 'rfc-2019', value: 'one', evidence: 'recorded', says: 'takes the memory map as one buffer' },
    { since: '7.2', value: 'blocks', evidence: 'recorded', says: 'takes the memory map block by block' },
  ],
  pageblockFlagBits: [
    { since: 'rfc-2019', value: 4, evidence: 'recorded', says: 'keeps four bits for a pageblock' },
    { since: '6.17', value: 8, evidence: 'inferred', says: 'keeps eight bits for a pageblock' },
    { since: '7.2', value: 8, evidence: 'recorded', says: 'keeps eight bits for a pageblock' },
  ],
  regionEntryBytes: [
    { since: 'rfc-2019', value: 0, evidence: 'read', says: 'keeps its regions in a table of the image' },
    {
      since: '6.12',
      value: 48,
      evidence: 'recorded',
      says: 'moves its regions to a table of their number, 48 bytes each',
    },
    {
      since: '7.2',
      value: 40,
      evidence: 'recorded',
      says: 'moves its regions to a table of their number, 40 bytes each',
    },
  ],
  deviceNodeBytes: [
    { since: 'rfc-2019', value: 168, evidence: 'recorded', says: 'needs 168 bytes for a node of the tree' },
    { since: '5.12', value: 208, evidence: 'recorded', says: 'needs 208 bytes for a node of the tree' },
  ],
  propertyBytes: [
    { since: 'rfc-2019', value: 88, evidence: 'recorded', says: 'needs 88 bytes for a property of the tree' },
    { since: '5.12', value: 96, evidence: 'recorded', says: 'needs 96 bytes for a property of the tree' },
    { since: '6.12', value: 104, evidence: 'recorded', says: 'needs 104 bytes for a property of the tree' },
  ],
  dmaZoneEnd: [
    {
      since: 'rfc-2019',
      value: 'power-of-two',
      evidence: 'read',
      says: 'ends the DMA zone at a power of two that holds what every bus reaches',
    },
    {
      since: '6.12',
      value: 'address',
      evidence: 'inferred',
      says: 'ends the DMA zone where the narrowest bus ends',
    },
  ],
  hashTablesFollow: [
    {
      since: 'rfc-2019',
      value: 'present-memory',
      evidence: 'recorded',
      says: 'makes its large hash tables by the size of memory without its map',
    },
    {
      since: '6.10',
      value: 'free-memory',
      evidence: 'inferred',
      says: 'makes its large hash tables by what of memory is free',
    },
    {
      since: '6.12',
      value: 'free-memory',
      evidence: 'recorded',
      says: 'makes its large hash tables by what of memory is free',
    },
  ],
  memoryLine: [
    {
      since: 'rfc-2019',
      value: 'with-allocator',
      evidence: 'recorded',
      says: 'prints how much memory there is as soon as the page allocator has it',
    },
    {
      since: '6.11',
      value: 'after-processors',
      evidence: 'inferred',
      says: 'prints how much memory there is once all processors run',
    },
    {
      since: '6.12',
      value: 'after-processors',
      evidence: 'recorded',
      says: 'prints how much memory there is once all processors run',
    },
  ],
  bounceBuffer: [
    {
      since: 'rfc-2019',
      value: 'by-address',
      evidence: 'recorded',
      says: 'keeps bounce buffers only where memory lies above the DMA limit',
    },
    {
      since: '6.6',
      value: 'always-small',
      evidence: 'recorded',
      says: 'keeps bounce buffers of a thousandth of memory where none are needed for addresses',
    },
  ],
  referenceSymbols: [
    { since: 'rfc-2019', value: {}, evidence: 'read', says: 'has the common defconfig' },
    {
      since: '6.12',
      value: { DMA_BOUNCE_UNALIGNED_KMALLOC: 'y' },
      evidence: 'recorded',
      says: 'bounces unaligned small buffers by default',
    },
    {
      since: '6.17',
      value: { DMA_BOUNCE_UNALIGNED_KMALLOC: 'y', PAGE_BLOCK_MAX_ORDER: '10' },
      evidence: 'recorded',
      says: 'has PAGE_BLOCK_MAX_ORDER in its defconfig',
    },
  ],
};
