import { formatSize, hex } from '../../../base/units.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import type { HandlerAnswer, PlacedRegion, RegionHandler } from '../../drivers/of/reserved-mem/handler.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import type { Area } from '../../mm/cma/area.ts';
import type { CmaTable } from '../../mm/cma/table.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { Memblock } from '../../mm/memblock.ts';
import type { PageGeometry } from '../../mm/page-geometry.ts';
import { errno } from '../../uapi/errno.ts';
import { type CmaCommandLine, isFixed, readCmaParameter } from './contiguous/command-line.ts';
import { explainSearch } from './contiguous/explain.ts';

const mib = 1n << 20n;

/** Which areas devices without one of their own, and heaps, get their memory from. */
export interface Contiguous {
  /** dev_get_cma_area(NULL): the default area; undefined where there is none. */
  readonly defaultArea: CmaArea | undefined;
  /**
   * The areas that releases with a heap per area walk, in the order of their set-up: every reusable
   * shared-dma-pool, then the `cma=`/Kconfig area. Filled on every release.
   */
  readonly heapAreas: readonly CmaArea[];
}

/** The default area that `cma=` or the configuration asks for. */
interface WantedArea extends CmaCommandLine {
  readonly fixed: boolean;
  readonly source: string;
  /** Who set the limit. */
  readonly limitOwner: string;
}

/**
 * The default area and the areas of the tree. Plays kernel/dma/contiguous.c.
 * Deviations: no areas per NUMA node.
 */
export class ContiguousAreas implements Contiguous {
  defaultArea: Area | undefined;
  readonly heapAreas: Area[] = [];
  /** `cma=`; undefined where it was not given. */
  commandLine: CmaCommandLine | undefined;
  readonly #boot: BootEnvironment;
  readonly #memblock: Memblock;
  readonly #cma: CmaTable;
  readonly #geometry: PageGeometry;

  constructor(boot: BootEnvironment, memblock: Memblock, cma: CmaTable, geometry: PageGeometry) {
    this.#boot = boot;
    this.#memblock = memblock;
    this.#cma = cma;
    this.#geometry = geometry;
  }

  /** early_param("cma"): false where the parameter is malformed. */
  readParameter(value: string | undefined): boolean {
    if (value === undefined) {
      this.#boot.log.err('cma: Config string not provided');
      return false;
    }
    this.commandLine = readCmaParameter(value, this.commandLine);
    return true;
  }

  /** The handler of reusable shared-dma-pools. */
  handler(): RegionHandler {
    return {
      compatible: 'shared-dma-pool',
      state: 'cma',
      validate: (node) => this.#validate(node),
      setUp: (region) => this.#setUp(region),
    };
  }

  #validate(node: DtNode): HandlerAnswer {
    if (!node.has('reusable') || node.has('no-map')) {
      return { errno: -errno.ENODEV, why: 'it is not reusable, or no-map' };
    }
    if (this.commandLine === undefined || !node.has('linux,cma-default')) return 0;
    this.#boot.log.err('Skipping dt linux,cma-default node in favor for "cma=" kernel param.');
    return { errno: -errno.EBUSY, why: 'cma= on the command line takes its place' };
  }

  /** rmem_cma_setup(). */
  #setUp(region: PlacedRegion): HandlerAnswer {
    const { log, release } = this.#boot;
    const isDefault = region.node.has('linux,cma-default');
    if (release.behaviours.defaultNodeBypass === 'at-set-up') {
      if (this.commandLine !== undefined && isDefault) {
        log.info(`Reserved memory: bypass ${region.name} node, using cmdline CMA params instead`);
        return { errno: -errno.EBUSY, why: 'cma= on the command line takes its place' };
      }
      if (!region.node.has('reusable') || region.node.has('no-map')) {
        return { errno: -errno.EINVAL, why: 'a pool that is reusable and no-map belongs to no handler' };
      }
    }
    const quantum = this.#geometry.cmaQuantumBytes;
    if (region.base % quantum !== 0n || region.size % quantum !== 0n) {
      log.err('Reserved memory: incorrect alignment of CMA region');
      const what = `base ${hex(region.base)} and size ${hex(region.size)} must be multiples of ${formatSize(quantum)}`;
      return { errno: -errno.EINVAL, why: what };
    }
    const outcome = this.#cma.initReserved(region.base, region.size, region.name, region.node.path);
    if (!('area' in outcome)) {
      log.err('Reserved memory: unable to setup CMA region');
      return { errno: outcome.errno, why: outcome.why };
    }
    if (isDefault) this.defaultArea = outcome.area;
    const size = region.size / mib;
    log.info(
      `Reserved memory: created CMA memory pool at ${this.#boot.physicalAddress(region.base)}, size ${size} MiB`,
    );
    this.#queueForHeaps(outcome.area, 'region');
    return 0;
  }

  /** dma_contiguous_reserve(): the area of `cma=` or of the configuration, where the tree made no default. */
  reserveDefault(dmaLimit: bigint): void {
    const asked = this.#wanted(dmaLimit);
    if (this.defaultArea !== undefined || asked.size === 0n) {
      this.#noteWithoutReservation(asked.source);
      return;
    }
    const search = explainSearch(this.#memblock, asked, this.#geometry.cmaQuantumBytes);
    const { size, base, limit, fixed } = asked;
    const outcome = this.#cma.declare({ size, base, limit, fixed, name: 'reserved' });
    const made = 'area' in outcome;
    const isAboutPlace = made || outcome.errno === -errno.ENOMEM || outcome.errno === -errno.EBUSY;
    this.#boot.decisions.note({
      subject: 'area:reserved',
      rule: 'contiguous/default-area',
      tried: [
        {
          what: search.what,
          sizeBytes: outcome.size,
          alignBytes: this.#geometry.cmaQuantumBytes,
          ...(made ? { baseBytes: outcome.base } : {}),
          result: made ? `free: placed at ${hex(outcome.base)}` : (search.shortage ?? outcome.why),
        },
      ],
      ...(search.obstacle === undefined || !isAboutPlace ? {} : { obstacle: search.obstacle }),
      ...(made || !isAboutPlace || search.obstacles.length === 0 ? {} : { obstacles: search.obstacles }),
      outcome: made
        ? `${asked.source} made the default area: ${formatSize(outcome.size)} at ${hex(outcome.base)}`
        : `${asked.source} got no default area of ${formatSize(outcome.size)}: ${outcome.why}`,
    });
    if (!made) return;
    this.defaultArea = outcome.area;
    this.#queueForHeaps(outcome.area, 'defaultArea');
  }

  #noteWithoutReservation(source: string): void {
    const { defaultArea } = this;
    this.#boot.decisions.note({
      subject: 'area:reserved',
      rule: 'contiguous/default-area',
      outcome:
        defaultArea === undefined
          ? `${source} asks for 0 bytes: no default area`
          : `not needed: ${defaultArea.nodePath} is the default area`,
    });
  }

  #queueForHeaps(area: Area, kind: 'region' | 'defaultArea'): void {
    if (this.heapAreas.length < this.#cma.slots) {
      this.heapAreas.push(area);
      return;
    }
    const { heapListFull } = this.#boot.release.behaviours;
    if (heapListFull !== undefined) this.#boot.log.warn(heapListFull[kind]);
  }

  #wanted(dmaLimit: bigint): WantedArea {
    const asked = this.commandLine;
    const zone = 'what every device reaches (the DMA zone)';
    if (asked === undefined) {
      const size = this.#configuredSize();
      return { size, base: 0n, limit: dmaLimit, limitOwner: zone, fixed: false, source: 'Kconfig' };
    }
    const replaces = this.#boot.release.behaviours.commandLineLimit === 'command-line';
    const own = asked.limit === 0n ? dmaLimit : asked.limit;
    const limit = replaces || dmaLimit === 0n || own < dmaLimit ? own : dmaLimit;
    const limitOwner = asked.limit !== 0n && limit === asked.limit ? 'the range that cma= states' : zone;
    return { ...asked, limit, limitOwner, fixed: isFixed(asked), source: 'cma=' };
  }

  /** The size that the configuration selects. */
  #configuredSize(): bigint {
    const { config, pageSizeBytes } = this.#boot;
    const bytes = BigInt(config.number('CMA_SIZE_MBYTES') ?? 0) * mib;
    const pageSize = BigInt(pageSizeBytes);
    const pages = this.#memblock.memoryBytes / pageSize;
    const share = ((pages * BigInt(config.number('CMA_SIZE_PERCENTAGE') ?? 0)) / 100n) * pageSize;
    if (config.enabled('CMA_SIZE_SEL_PERCENTAGE')) return share;
    if (config.enabled('CMA_SIZE_SEL_MIN')) return bytes < share ? bytes : share;
    if (config.enabled('CMA_SIZE_SEL_MAX')) return bytes > share ? bytes : share;
    return bytes;
  }
}
