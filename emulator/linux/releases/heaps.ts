import type { History } from './history.ts';

/** The dma-heap framework and the heaps: what changed from release to release. */
export interface HeapBehaviours {
  /** The argument of the allocation ioctl and how its number is compared. */
  readonly heapIoctl: 'whole-number-32-bytes' | 'number-only-24-bytes';
  /** What an ALLOC prints about bad arguments. */
  readonly heapIoctlComplains: boolean;
  /** When the new descriptor is installed: before the argument is written back, or after. */
  readonly allocFdInstall: 'before-copy-out' | 'after-copy-out' | 'closed-on-fault';
  /** Whether two heaps of one name are told apart before or after the device is made. */
  readonly duplicateHeapTest: 'before-device' | 'after-device';
  /** Symbols of the framework for modules. */
  readonly heapSymbols: 'none' | 'gpl' | 'namespace';
  /** The parameter `dma_heap.mem_accounting`. */
  readonly memAccounting: 'absent' | 'own' | 'exported';
  /** Whether the heaps' options are bool or tristate. */
  readonly heapDrivers: 'built-in' | 'modules';
  /** Who makes the descriptor: the heap's callback or the framework. */
  readonly heapCallbackReturns: 'fd' | 'buffer';

  /** The chunk orders that the system heap tries, largest first. */
  readonly systemHeapOrders: readonly number[];
  /** Whether its middle order may reclaim. */
  readonly systemHeapMidOrderReclaims: boolean;
  /** Whether one array of page pointers limits a buffer (2 GiB with 4K pages). */
  readonly systemHeapPageArray: boolean;
  /** What a killed task's allocation answers. */
  readonly systemHeapKilled: 'ENOMEM' | 'EINTR';
  /** How its buffers are mapped, and so which private mappings work. */
  readonly systemHeapMap: 'faults' | 'remap-per-page' | 'remap-per-chunk';
  /** The extra heap of memory-encrypting guests. */
  readonly systemHeapCcShared: boolean;

  /** What the heap of the default area is called. */
  readonly cmaHeapNaming: 'area' | 'default_cma_region';
  /** A second heap for the default area under the area's name. */
  readonly cmaHeapTwin: 'none' | 'legacy-option' | 'region-list';
  /** Which areas become heaps. */
  readonly regionHeaps: 'default' | 'every-reusable-region' | 'every-area';
  /** The list of areas for heaps: what is printed when it is full (`region`, or the `cma=`/Kconfig area). */
  readonly heapListFull: { readonly region: string; readonly defaultArea: string } | undefined;
  /** What a failed dma_heap_add() of the CMA heap leads to. */
  readonly cmaHeapAddFails: 'init-fails' | 'warn-and-continue';
  /** How a CMA buffer's pages come into a process. */
  readonly cmaHeapFault: 'page' | 'pfn';
  /** Whether the fault bound is off by one. */
  readonly cmaHeapFaultBound: 'off-by-one' | 'exact';
  /** Heaps of protected memory that a trusted environment offers. */
  readonly teeHeaps: boolean;
  /** The older allocator /dev/ion beside the heaps. */
  readonly ion: boolean;
}

export const heapHistory: History<HeapBehaviours> = {
  heapIoctl: [
    {
      since: 'rfc-2019',
      value: 'whole-number-32-bytes',
      evidence: 'read',
      says: 'allocates with a 32-byte argument and compares the whole ioctl number',
    },
    {
      since: '5.6',
      value: 'number-only-24-bytes',
      evidence: 'recorded',
      says: 'allocates with a 24-byte argument and looks at the low byte of the ioctl number only',
    },
  ],
  heapIoctlComplains: [
    {
      since: 'rfc-2019',
      value: true,
      evidence: 'read',
      says: 'prints once what is wrong with an allocation request',
    },
    {
      since: '5.6',
      value: false,
      evidence: 'recorded',
      says: 'prints nothing about a bad allocation request',
    },
  ],
  allocFdInstall: [
    {
      since: 'rfc-2019',
      value: 'closed-on-fault',
      evidence: 'read',
      says: 'closes the new descriptor again where the answer cannot be written',
    },
    {
      since: '5.6',
      value: 'before-copy-out',
      evidence: 'read',
      says: 'installs the descriptor before it writes the answer, so an unwritable argument leaks it',
    },
    {
      since: '7.2',
      value: 'after-copy-out',
      evidence: 'recorded',
      backports: ['6.1', '6.6', '6.12', '6.18'],
      says: 'installs the descriptor after it has written the answer',
    },
  ],
  duplicateHeapTest: [
    {
      since: 'rfc-2019',
      value: 'before-device',
      evidence: 'read',
      says: 'refuses a second heap of a name before it makes anything',
    },
    {
      since: '6.2',
      value: 'after-device',
      evidence: 'recorded',
      backports: ['5.10', '5.15', '6.1'],
      says: 'tests a heap name after the device is made, where sysfs refuses first',
    },
  ],
  heapSymbols: [
    { since: 'rfc-2019', value: 'gpl', evidence: 'read', says: 'exports the heap functions to GPL modules' },
    { since: '5.6', value: 'none', evidence: 'read', says: 'exports no heap function to modules' },
    {
      since: '6.18',
      value: 'namespace',
      evidence: 'inferred',
      says: 'exports the heap functions in the namespace DMA_BUF_HEAP',
    },
  ],
  memAccounting: [
    { since: 'rfc-2019', value: 'absent', evidence: 'read', says: 'charges no heap memory to cgroups' },
    {
      since: '7.1',
      value: 'own',
      evidence: 'inferred',
      says: 'charges system-heap memory to the cgroup with dma_heap.mem_accounting=1',
    },
    { since: '7.2', value: 'exported', evidence: 'read', says: 'exports mem_accounting to heap modules' },
  ],
  heapDrivers: [
    { since: 'rfc-2019', value: 'built-in', evidence: 'read', says: 'has its heaps built in or not at all' },
    {
      since: 'rfc-2019-modules',
      value: 'modules',
      evidence: 'inferred',
      says: 'may have its heaps as modules, as proposed in November 2019',
    },
    { since: '5.6', value: 'built-in', evidence: 'read', says: 'has its heaps built in or not at all' },
    { since: '7.2', value: 'modules', evidence: 'read', says: 'may have its heaps as modules' },
  ],
  heapCallbackReturns: [
    { since: 'rfc-2019', value: 'fd', evidence: 'read', says: 'lets each heap make the descriptor' },
    { since: '5.11', value: 'buffer', evidence: 'read', says: 'makes the descriptor in the framework' },
  ],
  systemHeapOrders: [
    { since: 'rfc-2019', value: [0], evidence: 'read', says: 'fills system-heap buffers page by page' },
    {
      since: '5.11',
      value: [8, 4, 0],
      evidence: 'read',
      says: 'fills system-heap buffers with chunks of order 8, 4 and 0',
    },
  ],
  systemHeapMidOrderReclaims: [
    { since: 'rfc-2019', value: true, evidence: 'read', says: 'reclaims for chunks of order 4' },
    {
      since: '6.12',
      value: false,
      evidence: 'read',
      says: 'takes chunks of order 4 only where they are free',
    },
  ],
  systemHeapPageArray: [
    {
      since: 'rfc-2019',
      value: true,
      evidence: 'read',
      says: 'keeps one array of pages per system-heap buffer, which limits it to 2 GiB',
    },
    {
      since: '5.11',
      value: false,
      evidence: 'read',
      says: 'has no limit on a system-heap buffer but memory',
    },
  ],
  systemHeapKilled: [
    { since: 'rfc-2019', value: 'ENOMEM', evidence: 'read', says: 'answers ENOMEM to a killed task' },
    { since: '5.11', value: 'EINTR', evidence: 'read', says: 'answers EINTR to a killed task' },
  ],
  systemHeapMap: [
    {
      since: 'rfc-2019',
      value: 'faults',
      evidence: 'read',
      says: 'maps system-heap buffers on faults, shared only',
    },
    {
      since: '5.11',
      value: 'remap-per-page',
      evidence: 'recorded',
      says: 'maps system-heap buffers page by page, so that a private mapping works for one page',
    },
    {
      since: '7.2',
      value: 'remap-per-chunk',
      evidence: 'read',
      says: 'maps system-heap buffers chunk by chunk, so that a private mapping works within one chunk',
    },
  ],
  systemHeapCcShared: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'has no heap of decrypted memory' },
    {
      since: '7.2',
      value: true,
      evidence: 'read',
      says: 'has a heap system_cc_shared of decrypted memory in guests that encrypt theirs',
    },
  ],
  cmaHeapNaming: [
    { since: 'rfc-2019', value: 'area', evidence: 'recorded', says: 'names the CMA heap after its area' },
    {
      since: '6.17',
      value: 'default_cma_region',
      evidence: 'recorded',
      says: 'names the heap of the default area default_cma_region',
    },
  ],
  cmaHeapTwin: [
    { since: 'rfc-2019', value: 'none', evidence: 'recorded', says: 'gives the default area one name' },
    {
      since: '6.17',
      value: 'legacy-option',
      evidence: 'inferred',
      says: "adds a second heap under the area's name where DMABUF_HEAPS_CMA_LEGACY is set",
    },
    {
      since: '6.19',
      value: 'region-list',
      evidence: 'recorded',
      says: "adds a second heap under the area's name always",
    },
  ],
  regionHeaps: [
    { since: 'rfc-2019', value: 'every-area', evidence: 'read', says: 'makes a heap of every CMA area' },
    {
      since: '5.6',
      value: 'default',
      evidence: 'recorded',
      says: 'makes a heap of the default CMA area only',
    },
    {
      since: '6.19',
      value: 'every-reusable-region',
      evidence: 'recorded',
      says: 'makes a heap of every reusable shared-dma-pool of the tree as well',
    },
  ],
  heapListFull: [
    { since: 'rfc-2019', value: undefined, evidence: 'read', says: 'keeps no list of areas for heaps' },
    {
      since: '6.19',
      value: { region: "Couldn't register CMA heap.", defaultArea: "Couldn't register default CMA heap." },
      evidence: 'inferred',
      says: 'registers areas for heaps through a hook of the heap driver',
    },
    {
      since: '7.1',
      value: {
        region: "Couldn't store CMA reserved area.",
        defaultArea: "cma: Couldn't queue default CMA region for heap creation.",
      },
      evidence: 'read',
      says: 'keeps the list of areas for heaps beside the default area',
    },
  ],
  cmaHeapAddFails: [
    {
      since: 'rfc-2019',
      value: 'init-fails',
      evidence: 'read',
      says: 'ends the CMA heap driver at its first failure',
    },
    {
      since: '6.19',
      value: 'warn-and-continue',
      evidence: 'recorded',
      says: 'warns of an area that cannot become a heap and goes on',
    },
  ],
  cmaHeapFault: [
    { since: 'rfc-2019', value: 'page', evidence: 'recorded', says: 'maps CMA buffers as ordinary pages' },
    { since: '6.12', value: 'pfn', evidence: 'recorded', says: 'maps CMA buffers by page frame number' },
  ],
  cmaHeapFaultBound: [
    {
      since: 'rfc-2019',
      value: 'off-by-one',
      evidence: 'read',
      says: 'lets a fault reach one page behind a CMA buffer',
    },
    {
      since: '6.12',
      value: 'exact',
      evidence: 'read',
      backports: ['6.1', '6.6'],
      says: 'ends a CMA buffer at its last page',
    },
  ],
  teeHeaps: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'has no heaps of protected memory' },
    {
      since: '6.18',
      value: true,
      evidence: 'read',
      says: 'has heaps of protected memory where OP-TEE offers it',
    },
  ],
  ion: [
    { since: 'rfc-2019', value: true, evidence: 'read', says: 'still has /dev/ion in staging' },
    { since: '5.11', value: false, evidence: 'read', says: 'has no /dev/ion any more' },
  ],
};
