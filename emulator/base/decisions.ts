import type { FindPosition, SourcePosition } from './position.ts';

/** How a behaviour is known: seen in a record of a real kernel, read in its source, or concluded. */
export type Evidence = 'recorded' | 'read' | 'inferred';

/** One candidate that a decision looked at, and what became of it. */
export interface Attempt {
  /** What was tried, in the reader's words: "top-down in [0x40000000, 0x80000000)". */
  readonly what: string;
  readonly baseBytes?: bigint;
  readonly sizeBytes?: bigint;
  readonly alignBytes?: bigint;
  readonly result: string;
}

/** What stood in the way, and whose it is. */
export interface Obstacle {
  readonly what: string;
  readonly owner?: string;
  readonly baseBytes?: bigint;
  readonly sizeBytes?: bigint;
  readonly position?: SourcePosition | undefined;
}

/** One thing that was decided during a boot, with all that is needed to say why. */
export interface Decision {
  /** What it is about: a node path, `area:NAME`, `heap:NAME`, `memory`, `image`, `dtb`, `initrd`, `config`. */
  readonly subject: string;
  /** The rule that decided, `room/name`, e.g. `reserved-memory/dynamic-placement`. */
  readonly rule: string;
  readonly tried: readonly Attempt[];
  readonly obstacle?: Obstacle;
  /** All that stood in the way, lowest first, where it was more than one thing. */
  readonly obstacles?: readonly Obstacle[];
  readonly position?: SourcePosition | undefined;
  /** The outcome as a sentence. */
  readonly outcome: string;
  readonly evidence: Evidence;
}

/** What a room says of a decision; `tried` and `evidence` have the usual defaults. */
export type DecisionNote = Omit<Decision, 'tried' | 'evidence' | 'position'> &
  Partial<Pick<Decision, 'tried' | 'evidence'>> & { readonly position?: FindPosition | undefined };

/** The record of a boot's decisions, in the order in which they were made. */
export class DecisionRecord {
  readonly #decisions: Decision[] = [];

  /** Adds a decision. `evidence` is `recorded` unless said otherwise. */
  note({ position, ...note }: DecisionNote): void {
    this.#decisions.push({
      ...note,
      tried: note.tried ?? [],
      evidence: note.evidence ?? 'recorded',
      get position() {
        return position?.();
      },
    });
  }

  get all(): readonly Decision[] {
    return this.#decisions;
  }

  /** The decisions about one subject, oldest first. */
  about(subject: string): readonly Decision[] {
    return this.#decisions.filter((decision) => decision.subject === subject);
  }
}
