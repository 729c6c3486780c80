import { WaitQueue } from '../../kernel/sched/wait.ts';

/** Fences. Plays drivers/dma-buf/dma-fence.c, dma-fence-array.c and dma-fence-unwrap.c. */

/** A promise that some work will be done; done once, it stays so. */
export class DmaFence {
  readonly driverName: string;
  readonly timelineName: string;
  readonly context: number;
  readonly sequenceNumber: number;
  readonly queue = new WaitQueue();
  #signalled = false;
  /** 0, or the -errno with which the work ended. */
  #error = 0;
  readonly #callbacks: (() => void)[] = [];

  constructor(facts: {
    readonly driverName: string;
    readonly timelineName: string;
    readonly context: number;
    readonly sequenceNumber: number;
  }) {
    this.driverName = facts.driverName;
    this.timelineName = facts.timelineName;
    this.context = facts.context;
    this.sequenceNumber = facts.sequenceNumber;
  }

  get isSignalled(): boolean {
    return this.#signalled;
  }

  get error(): number {
    return this.#error;
  }

  /** What SYNC_IOC_FILE_INFO tells: 1 signalled, 0 not yet, negative where it failed. */
  get status(): number {
    if (!this.#signalled) return 0;
    return this.#error < 0 ? this.#error : 1;
  }

  /** dma_fence_set_error() and dma_fence_signal() */
  signal(error = 0): void {
    if (this.#signalled) return;
    this.#signalled = true;
    this.#error = error;
    for (const callback of this.#callbacks.splice(0)) callback();
    this.queue.wakeAll();
  }

  /** dma_fence_add_callback(): false, without effect, where the fence is signalled. */
  onSignal(callback: () => void): boolean {
    if (this.#signalled) return false;
    this.#callbacks.push(callback);
    return true;
  }

  /** The plain fences that this one stands for. */
  get parts(): readonly DmaFence[] {
    return [this];
  }
}

/** Several fences as one: signalled when all are. */
export class DmaFenceArray extends DmaFence {
  readonly #parts: readonly DmaFence[];

  constructor(parts: readonly DmaFence[], context: number) {
    super({ driverName: 'dma_fence_array', timelineName: 'unbound', context, sequenceNumber: 1 });
    this.#parts = parts;
    for (const part of parts) part.onSignal(() => this.#signalWhenDone());
    this.#signalWhenDone();
  }

  #signalWhenDone(): void {
    if (!this.#parts.every((part) => part.isSignalled)) return;
    this.signal(this.#parts.find((part) => part.error < 0)?.error ?? 0);
  }

  override get parts(): readonly DmaFence[] {
    return this.#parts;
  }
}

/** Hands out contexts, one number for each time line of a kernel. */
export class FenceContexts {
  #last = 0;
  /** dma_fence_get_stub(): a fence that has always been signalled. */
  readonly stub: DmaFence;

  constructor() {
    this.stub = new DmaFence({
      driverName: 'stub',
      timelineName: 'stub',
      context: this.allocate(),
      sequenceNumber: 0,
    });
    this.stub.signal();
  }

  /** dma_fence_context_alloc(1) */
  allocate(): number {
    this.#last += 1;
    return this.#last;
  }
}
