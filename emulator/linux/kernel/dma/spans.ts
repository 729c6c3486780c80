/** A range of bytes, its end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Disjoint ranges of bytes in order, and whether somebody was told of them. */
export class Spans {
  #spans: Span[] = [];
  #told: Span[] = [];

  get all(): readonly Span[] {
    return this.#spans;
  }

  /** Adds a range; what was told of it holds no longer. */
  add(start: number, end: number): void {
    if (start >= end) return;
    const apart = this.#spans.filter((span) => span.end < start || end < span.start);
    const touching = this.#spans.filter((span) => span.end >= start && end >= span.start);
    const joined = touching.reduce(
      (whole, span) => ({ start: Math.min(whole.start, span.start), end: Math.max(whole.end, span.end) }),
      { start, end },
    );
    this.#spans = [...apart, joined].sort((a, b) => a.start - b.start);
    this.#told = this.#told.filter((span) => span.end <= start || end <= span.start);
  }

  clear(): void {
    this.#spans = [];
    this.#told = [];
  }

  /** The first part of the ranges that lies in `[start, end)`. */
  firstIn(start: number, end: number): Span | undefined {
    const span = this.#spans.find((each) => each.start < end && start < each.end);
    return span === undefined
      ? undefined
      : { start: Math.max(start, span.start), end: Math.min(end, span.end) };
  }

  /** Whether `tell` was called since a range was added. */
  isTold({ start, end }: Span): boolean {
    return this.#told.some((span) => span.start <= start && end <= span.end);
  }

  /** Somebody knows of all that is in here now. */
  tell(): void {
    this.#told = [...this.#spans];
  }
}
