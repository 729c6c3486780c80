import type { DtNode } from '../../../devicetree/tree.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import { heapSort, pairwiseHeapSort } from '../../lib/sort.ts';
import type { Memblock } from '../../mm/memblock.ts';
import type { PageGeometry } from '../../mm/page-geometry.ts';
import { FlatTree } from './flat-tree.ts';
import { place } from './reserved-mem/dynamic-regions.ts';
import type { RegionHandler } from './reserved-mem/handler.ts';
import { Region } from './reserved-mem/region.ts';
import { setUp } from './reserved-mem/set-up.ts';
import { reserve, staticRange } from './reserved-mem/static-regions.ts';

/**
 * What became of a node under /reserved-memory: `reserved` keeps its memory for a driver to find, `cma`, `coherent`
 * and `restricted` were taken by a handler, `failed` got no memory, `returned` gave it back, `disabled` by its status,
 * `skipped` was not looked at.
 */
export type RegionState =
  | 'reserved'
  | 'cma'
  | 'coherent'
  | 'restricted'
  | 'failed'
  | 'returned'
  | 'disabled'
  | 'skipped';

/** A node under /reserved-memory and what the boot made of it. */
export interface ReservedRegion {
  readonly node: DtNode;
  readonly nodePath: string;
  /** The node's name with its unit address. */
  readonly name: string;
  /** Undefined where no place was found. */
  readonly baseBytes: bigint | undefined;
  /** The size it has, or asked for. */
  readonly sizeBytes: bigint;
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly compatible: readonly string[];
  readonly state: RegionState;
  /** Why it is in that state, where that is no success. */
  readonly reason: string | undefined;
}

/** MAX_RESERVED_REGIONS. */
const tableSize = 64;

/** A region in the kernel's table. Dynamic ones have base 0 and size 0 until they have a place. */
export interface TableEntry {
  readonly region: Region;
  base: bigint;
  size: bigint;
}

/** What the parts of the region code need of each other. */
export interface RegionContext {
  readonly boot: BootEnvironment;
  readonly memblock: Memblock;
  readonly geometry: PageGeometry;
  readonly flat: FlatTree;
  readonly handlers: readonly RegionHandler[];
  /** The regions recorded so far. */
  readonly table: TableEntry[];
}

/**
 * The nodes of /reserved-memory. Plays drivers/of/of_reserved_mem.c and the scan of drivers/of/fdt.c.
 * `scan` belongs before the linear map, `setUpStatic` where the tree is unflattened.
 */
export class ReservedMemory {
  readonly regions: Region[];
  readonly #context: RegionContext;
  readonly #node: DtNode | undefined;
  /** Regions that will need an entry of the table: static ones found, dynamic ones placed. */
  #expected = 0;

  constructor(
    boot: BootEnvironment,
    memblock: Memblock,
    geometry: PageGeometry,
    handlers: readonly RegionHandler[],
  ) {
    const flat = new FlatTree(boot.handoff.tree);
    this.#context = { boot, memblock, geometry, flat, handlers, table: [] };
    this.#node = flat.tree.root.children.find((child) => child.name === 'reserved-memory');
    this.regions = this.#regionNodes().map((node) => new Region(node));
  }

  #regionNodes(): readonly DtNode[] {
    if (this.#node === undefined) return [];
    const { nestedRegions } = this.#context.boot.release.behaviours;
    return nestedRegions === 'scanned' ? [...this.#node.walk()].slice(1) : this.#node.children;
  }

  /** early_init_fdt_scan_reserved_mem(): header reservations and nodes, in the release's order. */
  scan(): void {
    const { boot } = this.#context;
    const { headerReservations, regionOrder } = boot.release.behaviours;
    if (headerReservations === 'before-nodes') this.#reserveHeader();
    else this.#reserveCoreHeader();
    const usable = this.#node !== undefined && this.#hasSupportedFormat(this.#node);
    if (usable) this.#scanNodes();
    if (headerReservations === 'after-nodes') this.#reserveHeader();
    else this.#reserveCoreHeader();
    if (usable && regionOrder === 'sorted') this.#initSorted();
  }

  /** Number of regions for which a table is allocated, where the release moves it; undefined where it has none. */
  get tableEntries(): number | undefined {
    return this.#node === undefined || this.#context.boot.release.behaviours.regionEntryBytes === 0
      ? undefined
      : this.#expected;
  }

  /** fdt_scan_reserved_mem_reg_nodes(): on releases with two scans, static regions meet their handlers here. */
  setUpStatic(): void {
    const { boot, flat } = this.#context;
    const { regionScans, missingNodeNotice, severalRegs } = boot.release.behaviours;
    if (regionScans === 'one') return;
    if (this.#node === undefined) {
      if (missingNodeNotice) {
        boot.log.info('OF: reserved mem: Reserved memory: No reserved-memory node in the DT');
      }
      return;
    }
    if (!this.#hasSupportedFormat(this.#node)) return;
    for (const region of this.regions) {
      if (!region.node.available) continue;
      const range = staticRange(this.#context, region, 'second-scan');
      if (range === undefined || range.size === 0n) continue;
      if (severalRegs === 'all-with-warning') {
        const extra = flat.pairs(region.node.property('reg') ?? never()).length - 1;
        if (extra > 0) {
          boot.log.warn(
            `OF: reserved mem: fdt_scan_reserved_mem_reg_nodes() ignores ${extra} regions in node '${region.name}'`,
          );
        }
      }
      const entry = { region, base: range.base, size: range.size };
      if (this.#save(entry)) this.#setUp(entry);
    }
    this.#reportOverlaps();
  }

  #reserveHeader(): void {
    const { boot, memblock } = this.#context;
    for (const { baseBytes, sizeBytes } of boot.handoff.tree.reservations) {
      // A size of 0 ends the list in the blob.
      if (sizeBytes === 0n) break;
      memblock.reserve(baseBytes, sizeBytes, { owner: 'a /memreserve/ entry' });
    }
  }

  /** fdt_reserve_elfcorehdr(): what a crashed kernel left for the one that saves its memory. */
  #reserveCoreHeader(): void {
    const { boot, memblock, flat } = this.#context;
    const property = flat.tree.node('/chosen')?.property('linux,elfcorehdr');
    const [range] = property === undefined ? [] : flat.pairs(property);
    if (range === undefined || range.size === 0n) return;
    if (memblock.isRegionReserved(range.base, range.size)) {
      boot.log.warn('OF: fdt: elfcorehdr is overlapped');
      return;
    }
    memblock.reserve(range.base, range.size, { owner: 'the elfcorehdr of /chosen' });
    boot.log.info(
      `OF: fdt: Reserving ${range.size / 1024n} KiB of memory at 0x${range.base.toString(16)} for elfcorehdr`,
    );
  }

  /** __reserved_mem_check_root(). */
  #hasSupportedFormat(node: DtNode): boolean {
    const { boot, flat } = this.#context;
    const fits =
      node.sizeCells === flat.sizeCells && node.addressCells === flat.addressCells && node.has('ranges');
    if (fits) return true;
    const prefix = boot.release.behaviours.regionScanPrefix;
    boot.log.err(`${prefix}Reserved memory: unsupported node format, ignoring`);
    const missing = node.has('ranges')
      ? `its #address-cells and #size-cells must be the root's, <${flat.addressCells}> and <${flat.sizeCells}>`
      : 'it has no ranges property';
    for (const region of this.regions) region.become('skipped', `/reserved-memory is ignored: ${missing}`);
    boot.decisions.note({
      subject: node.path,
      rule: 'reserved-memory/format',
      position: () => boot.handoff.tree.positionOf(node),
      outcome: `the whole node and its ${this.regions.length} regions are ignored: ${missing}`,
    });
    return false;
  }

  /** fdt_scan_reserved_mem(): reserves static regions in the order of the tree, and collects dynamic ones. */
  #scanNodes(): void {
    const { boot } = this.#context;
    const inTreeOrder = boot.release.behaviours.regionOrder === 'tree';
    const dynamic: Region[] = [];
    for (const region of this.regions) {
      if (!region.node.available) {
        const status = region.node.property('status')?.string ?? '';
        region.become('disabled', `its status is "${status}"`);
        boot.decisions.note({
          subject: region.nodePath,
          rule: 'reserved-memory/status',
          position: () => boot.handoff.tree.positionOf(region.node, 'status'),
          outcome: `not looked at: ${region.reason}, and only "okay" and "ok" count`,
        });
        continue;
      }
      const outcome = reserve(this.#context, region);
      if (outcome.kind === 'static' || outcome.kind === 'empty') this.#expected += 1;
      if (outcome.kind === 'static') {
        if (!inTreeOrder) this.#save({ region, base: outcome.base, size: outcome.size });
      } else if (outcome.kind === 'no-reg' && region.node.has('size')) {
        dynamic.push(region);
      } else if (outcome.kind === 'no-reg') {
        region.become('skipped', 'it has neither reg nor size');
      }
      if (!inTreeOrder && dynamic.at(-1) === region) this.#save({ region, base: 0n, size: 0n });
    }
    if (inTreeOrder) this.#placeInTreeOrder(dynamic);
  }

  #placeInTreeOrder(dynamic: readonly Region[]): void {
    const { boot } = this.#context;
    for (const [index, region] of dynamic.entries()) {
      if (index >= tableSize) {
        boot.log.err(`OF: reserved mem: too many defined dynamic regions, skip '${region.name}'`);
        region.become('skipped', `there can be ${tableSize} dynamic regions`);
        continue;
      }
      const range = place(this.#context, region);
      if (range === undefined) continue;
      this.#expected += 1;
      const entry = { region, ...range };
      if (this.#save(entry)) this.#setUp(entry);
    }
  }

  /** fdt_reserved_mem_save_node(): false where the table is full. */
  #save(entry: TableEntry): boolean {
    const { boot, table } = this.#context;
    const { regionTable } = boot.release.behaviours;
    if (regionTable === 'fixed' && table.length === tableSize) {
      boot.log.err('OF: reserved mem: not enough space for all defined regions.');
      entry.region.become(
        entry.size === 0n ? 'skipped' : 'reserved',
        `the kernel's table of ${tableSize} regions is full`,
      );
      return false;
    }
    table.push(entry);
    return true;
  }

  /** fdt_init_reserved_mem() of releases that sort: overlap report, then each region in that order. */
  #initSorted(): void {
    this.#reportOverlaps();
    for (const entry of this.#context.table) {
      if (entry.size === 0n) {
        const range = place(this.#context, entry.region);
        if (range === undefined) continue;
        entry.base = range.base;
        entry.size = range.size;
      }
      this.#setUp(entry);
    }
  }

  /** Lets the handlers try an entry; one that was given back leaves the table on some releases. */
  #setUp(entry: TableEntry): void {
    const { boot, table } = this.#context;
    const isKept = setUp(this.#context, entry);
    if (!isKept && boot.release.behaviours.returnedRegions === 'forgotten')
      table.splice(table.indexOf(entry), 1);
  }

  /** __rmem_check_for_overlap(): sorts the table and prints each pair of neighbours that share memory. */
  #reportOverlaps(): void {
    const { boot, table } = this.#context;
    if (table.length < 2) return;
    const { overlapTie, regionSort } = boot.release.behaviours;
    const byOffset = overlapTie === 'size-then-offset';
    const sort = regionSort === 'heap' ? heapSort : pairwiseHeapSort;
    const offset = (entry: TableEntry): number => (byOffset ? this.regions.indexOf(entry.region) : 0);
    const sign = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0);
    sort(table, (a, b) => sign(a.base - b.base) || sign(a.size - b.size) || offset(a) - offset(b));
    for (const [index, next] of table.slice(1).entries()) {
      const one = table[index];
      if (one === undefined || BigInt.asUintN(64, one.base + one.size) <= next.base) continue;
      const show = (entry: TableEntry): string =>
        `${entry.region.name} (${boot.physicalAddress(entry.base)}--${boot.physicalAddress(BigInt.asUintN(64, entry.base + entry.size))})`;
      boot.log.err(`OF: reserved mem: OVERLAP DETECTED!\n${show(one)} overlaps with ${show(next)}`);
      boot.decisions.note({
        subject: next.region.nodePath,
        rule: 'reserved-memory/overlap',
        position: () => boot.handoff.tree.positionOf(next.region.node, 'reg'),
        outcome: `it overlaps with ${one.region.nodePath}; the kernel reports it and changes nothing`,
      });
    }
  }
}

function never(): never {
  throw new Error('a static region has reg');
}
