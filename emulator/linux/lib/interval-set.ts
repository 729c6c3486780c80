/** A set of integers that come in runs: counts how many there are. */
export class IntervalSet {
  #runs: (readonly [from: number, to: number])[] = [];

  /** Adds the integers from `from` up to and without `to`. */
  add(from: number, to: number): void {
    if (to <= from) return;
    let start = from;
    let end = to;
    const apart = this.#runs.filter(([runStart, runEnd]) => {
      if (runEnd < start || end < runStart) return true;
      start = Math.min(start, runStart);
      end = Math.max(end, runEnd);
      return false;
    });
    apart.push([start, end]);
    this.#runs = apart;
  }

  get size(): number {
    return this.#runs.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** The integers, ascending. */
  get values(): readonly number[] {
    const runs = [...this.#runs].sort(([a], [b]) => a - b);
    return runs.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index));
  }

  has(value: number): boolean {
    return this.#runs.some(([from, to]) => from <= value && value < to);
  }
}
