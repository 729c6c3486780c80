import { alignUp } from '../../../base/units.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { CmaAreas } from '../cma.ts';
import type { Memblock } from '../memblock.ts';
import type { PageGeometry } from '../page-geometry.ts';
import { Area } from './area.ts';
import { CmaReports } from './reports.ts';

/** The longest name of an area: CMA_MAX_NAME less its NUL. */
const nameLength = 63;
const fourGiB = 1n << 32n;
const mib = 1n << 20n;

/** What cma_declare_contiguous() is asked for. */
export interface AreaRequest {
  readonly base: bigint;
  readonly size: bigint;
  /** End of the allowed range; 0 for the end of memory. */
  readonly limit: bigint;
  readonly fixed: boolean;
  readonly name: string;
}

/** How a declaration ended: an area, or an errno and, in words, what stood in the way. */
export type AreaOutcome =
  | { readonly area: Area; readonly base: bigint; readonly size: bigint }
  | { readonly errno: number; readonly why: string; readonly base: bigint; readonly size: bigint };

/** cma_areas[]: declares areas at boot. */
export class CmaTable implements CmaAreas {
  readonly all: Area[] = [];
  successCalls = 0;
  failureCalls = 0;
  migrate: (pfns: readonly number[]) => Errno = () => -errno.ENOMEM;
  readonly #boot: BootEnvironment;
  readonly #memblock: Memblock;
  readonly #geometry: PageGeometry;
  readonly #reports: CmaReports;
  /** End of memory that is mapped permanently, where the architecture has memory above it. */
  highMemory: bigint | undefined;

  constructor(boot: BootEnvironment, memblock: Memblock, geometry: PageGeometry) {
    this.#boot = boot;
    this.#memblock = memblock;
    this.#geometry = geometry;
    this.#reports = new CmaReports(boot);
  }

  get totalPages(): number {
    return this.all.reduce((sum, area) => sum + area.pageCount, 0);
  }

  get freePages(): number {
    return this.all.reduce((sum, area) => sum + area.freePages, 0);
  }

  /** MAX_CMA_AREAS. */
  get slots(): number {
    const { cmaAreaSlots, defaultCmaAreas } = this.#boot.release.behaviours;
    const { config } = this.#boot;
    const fallback = config.facts.numa ? defaultCmaAreas.numa : defaultCmaAreas.plain;
    return (config.number('CMA_AREAS') ?? fallback) + (cmaAreaSlots === 'one-more' ? 1 : 0);
  }

  /** cma_init_reserved_mem(): makes an area of memory that is already reserved. */
  initReserved(base: bigint, size: bigint, name: string, nodePath: string | undefined): AreaOutcome {
    const { log } = this.#boot;
    const quantum = this.#geometry.cmaQuantumBytes;
    if (this.all.length >= this.slots) {
      log.err('cma: Not enough slots for CMA reserved regions!');
      return { errno: -errno.ENOSPC, why: `all ${this.slots} CMA areas are taken`, base, size };
    }
    if (size === 0n || !this.#memblock.isRegionReserved(base, size)) {
      return { errno: -errno.EINVAL, why: 'the range is empty or not reserved', base, size };
    }
    if (base % quantum !== 0n || size % quantum !== 0n) {
      return { errno: -errno.EINVAL, why: 'base or size is not aligned', base, size };
    }
    const area = new Area(
      {
        name: name.slice(0, nameLength),
        index: this.all.length,
        basePfn: Number(base >> BigInt(this.#geometry.pageShift)),
        pageCount: Number(size >> BigInt(this.#geometry.pageShift)),
        nodePath,
      },
      this.#host,
    );
    this.all.push(area);
    return { area, base, size };
  }

  /** cma_declare_contiguous(): finds a place for an area, reserves it and makes the area. */
  declare(request: AreaRequest): AreaOutcome {
    const outcome = this.#declare(request);
    const { log, release } = this.#boot;
    const { behaviours } = release;
    const node = behaviours.reservedLine === 'with-node' ? ' on node -1' : '';
    const isRounded = request.size / mib !== outcome.size / mib;
    const asked = isRounded && behaviours.reportedAreaSize === 'asked';
    const size = (asked ? request.size : outcome.size) / mib;
    if ('area' in outcome) {
      log.info(`cma: Reserved ${size} MiB at ${this.#boot.physicalAddress(outcome.base)}${node}`);
    } else if (outcome.errno !== -errno.ENOSPC || behaviours.reserveAreaFailures === 'all') {
      log.err(`cma: Failed to reserve ${size} MiB${node}`);
    }
    return outcome;
  }

  #declare(request: AreaRequest): AreaOutcome {
    const { log } = this.#boot;
    const memblock = this.#memblock;
    const quantum = this.#geometry.cmaQuantumBytes;
    const refuse = (code: number, why: string, base = request.base, size = request.size): AreaOutcome => ({
      errno: -code,
      why,
      base,
      size,
    });
    if (this.all.length >= this.slots) {
      log.err('cma: Not enough slots for CMA reserved regions!');
      return refuse(errno.ENOSPC, `all ${this.slots} CMA areas are taken`);
    }
    if (request.fixed && request.base % quantum !== 0n) {
      log.err(
        `cma: Region at ${this.#boot.physicalAddress(request.base)} must be aligned to ${this.#boot.physicalAddress(quantum)} bytes`,
      );
      return refuse(errno.EINVAL, `the base is not a multiple of ${quantum / mib} MiB`);
    }
    const base = BigInt.asUintN(64, alignUp(request.base, quantum));
    const size = BigInt.asUintN(64, alignUp(request.size, quantum));
    const fixed = request.fixed && base !== 0n;
    let limit = request.limit - (request.limit % quantum);
    const high = this.#lowMemoryEnd(fixed ? base + size : 0n);
    if (fixed && high !== undefined && base < high && base + size > high) {
      log.err(
        `cma: Region at ${this.#boot.physicalAddress(base)} defined on low/high memory boundary (${this.#boot.physicalAddress(high)})`,
      );
      return refuse(errno.EINVAL, 'the range crosses the end of low memory', base, size);
    }
    if (limit === 0n || limit > memblock.endOfMemory) limit = memblock.endOfMemory;
    if (BigInt.asUintN(64, base + size) > limit) {
      log.err(
        `cma: Size (${this.#boot.physicalAddress(size)}) of region at ${this.#boot.physicalAddress(base)} exceeds limit (${this.#boot.physicalAddress(limit)})`,
      );
      return refuse(errno.EINVAL, 'the range ends above its limit', base, size);
    }
    const claimant = { owner: `the CMA area ${request.name}` };
    if (fixed) {
      if (memblock.isRegionReserved(base, size) || !memblock.reserve(base, size, claimant)) {
        return refuse(errno.EBUSY, 'something in the range is reserved', base, size);
      }
      return this.initReserved(base, size, request.name, undefined);
    }
    const place = this.#place(base, size, limit, high);
    if (place === undefined) return refuse(errno.ENOMEM, 'no free range is large enough', base, size);
    memblock.reserve(place, size, claimant);
    const outcome = this.initReserved(place, size, request.name, undefined);
    if (!('area' in outcome)) memblock.free(place, size);
    return outcome;
  }

  /** The address for an area that may lie anywhere in `[base, limit)`. */
  #place(base: bigint, size: bigint, limit: bigint, high: bigint | undefined): bigint | undefined {
    const memblock = this.#memblock;
    const quantum = this.#geometry.cmaQuantumBytes;
    if (high !== undefined && base < high && limit > high) {
      const place = memblock.find(size, quantum, { start: high, end: limit });
      if (place !== undefined) return place;
      limit = high;
    }
    const { areaAbove4GiB } = this.#boot.release.behaviours;
    const reach = areaAbove4GiB === 'by-limit' ? limit : memblock.endOfMemory;
    if (areaAbove4GiB !== 'never' && reach >= fourGiB + size && limit > fourGiB) {
      const place = memblock.find(size, quantum, { start: fourGiB, end: limit, bottomUp: true });
      if (place !== undefined) return place;
    }
    return memblock.find(size, quantum, { start: base, end: limit });
  }

  /**
   * highmem_start: the end of memory where there is no high memory, on releases that look at it even so. It makes a
   * difference only to a range that ends above.
   */
  #lowMemoryEnd(rangeEnd: bigint): bigint | undefined {
    if (this.highMemory !== undefined) return this.highMemory;
    const { endOfMemory } = this.#memblock;
    if (rangeEnd <= endOfMemory) return undefined;
    return this.#boot.release.behaviours.lowMemoryBoundary === 'always' ? endOfMemory : undefined;
  }

  get #host() {
    const { noRoomErrno, tooLargeRequest, tooLargeCounts } = this.#boot.release.behaviours;
    return {
      reports: this.#reports,
      noRoomErrno: errno[noRoomErrno],
      tooLarge: { reported: tooLargeRequest === 'reported', counts: tooLargeCounts },
      countCall: (succeeded: boolean): void => {
        if (succeeded) this.successCalls += 1;
        else this.failureCalls += 1;
      },
      migrate: (pfns: readonly number[]): Errno => this.migrate(pfns),
    };
  }
}
