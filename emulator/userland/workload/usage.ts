import type { SourcePosition } from '../../base/position.ts';
import type { ReleaseCause } from '../../linux/fs/file.ts';
import type { BufferListener, BufferSeen, FindingSeen, WorkloadHost } from './host.ts';
import type { AreaUse, Finding, HeapUse, Leak } from './outcome.ts';

/** Who is at work at a moment. */
export interface AtWork {
  readonly process: string;
  readonly position: SourcePosition | undefined;
  readonly step: string | undefined;
}

/** Follows a run: how full areas and heaps become, who makes which buffer, and which are left behind. */
export class UsageRecord implements BufferListener {
  readonly #host: WorkloadHost;
  readonly #atWork: () => AtWork | undefined;
  readonly #start: ReadonlyMap<string, number>;
  readonly #peak = new Map<string, number>();
  readonly #heapBytes = new Map<string, { live: number; peak: number }>();
  readonly #makers = new Map<number, AtWork>();
  /** With the pid of the process that vanished last. */
  readonly #leaks: { readonly leak: Leak; readonly lastPid: number | undefined }[] = [];
  readonly #findings: Finding[] = [];
  readonly #stop: () => void;

  /** `atWork` says who is at work now; it is asked when a buffer is made. */
  constructor(host: WorkloadHost, atWork: () => AtWork | undefined) {
    this.#host = host;
    this.#atWork = atWork;
    this.#start = new Map(host.areas().map((area) => [area.name, area.usedPages]));
    this.sample();
    this.#stop = host.follow(this);
  }

  exported(buffer: BufferSeen): void {
    const atWork = this.#atWork();
    if (atWork !== undefined) this.#makers.set(buffer.id, atWork);
    const heap = this.#heapBytes.get(buffer.heap) ?? { live: 0, peak: 0 };
    heap.live += buffer.sizeBytes;
    heap.peak = Math.max(heap.peak, heap.live);
    this.#heapBytes.set(buffer.heap, heap);
    this.sample();
  }

  released(buffer: BufferSeen, cause: ReleaseCause, lastPid: number | undefined): void {
    const maker = this.#makers.get(buffer.id);
    this.#makers.delete(buffer.id);
    const heap = this.#heapBytes.get(buffer.heap);
    if (heap !== undefined) heap.live -= buffer.sizeBytes;
    if ((cause !== 'exit' && cause !== 'killed') || maker === undefined) return;
    this.#leaks.push({ leak: { ...maker, heap: buffer.heap, sizeBytes: buffer.sizeBytes }, lastPid });
  }

  found({ id, text }: FindingSeen): void {
    const atWork = this.#atWork();
    this.#findings.push({
      id,
      text,
      process: atWork?.process,
      position: atWork?.position,
      step: atWork?.step,
    });
  }

  /** Looks how full the areas are now. */
  sample(): void {
    for (const area of this.#host.areas()) {
      const peak = this.#peak.get(area.name) ?? 0;
      if (area.usedPages >= peak) this.#peak.set(area.name, area.usedPages);
    }
  }

  /**
   * Ends the following and tells the result. What processes left behind that gave up after a failure says nothing
   * about their care, and is no leak.
   */
  finish(gaveUp: ReadonlySet<number>): {
    readonly areas: readonly AreaUse[];
    readonly heaps: readonly HeapUse[];
    readonly leaks: readonly Leak[];
    readonly findings: readonly Finding[];
  } {
    this.#stop();
    const page = this.#host.pageSizeBytes;
    const areas = this.#host.areas().map((area) => ({
      name: area.name,
      sizeBytes: area.pageCount * page,
      startBytes: (this.#start.get(area.name) ?? 0) * page,
      peakBytes: (this.#peak.get(area.name) ?? 0) * page,
      endBytes: area.usedPages * page,
    }));
    const heaps = [...this.#heapBytes].map(([name, { peak }]) => ({ name, peakBytes: peak }));
    const leaks = this.#leaks
      .filter(({ lastPid }) => lastPid === undefined || !gaveUp.has(lastPid))
      .map(({ leak }) => leak);
    return { areas, heaps, leaks, findings: this.#findings };
  }
}
