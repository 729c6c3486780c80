/** An open heap: a descriptor of its node. */
export interface HeldHeap {
  readonly kind: 'heap';
  readonly name: string;
  /** The heap's own name: `linux,cma`. */
  readonly heap: string;
  fd: number | undefined;
}

/** A buffer that a process holds by descriptor, by mapping or by both. */
export interface HeldBuffer {
  readonly kind: 'buffer';
  readonly name: string;
  readonly sizeBytes: bigint;
  fd: number | undefined;
  mapping: { readonly address: bigint; readonly sizeBytes: bigint } | undefined;
}

export type Held = HeldHeap | HeldBuffer;

/** What a process holds, by the names that its steps gave. */
export class Handles {
  readonly #held = new Map<string, Held>();

  get names(): readonly string[] {
    return [...this.#held.keys()];
  }

  get(name: string): Held | undefined {
    return this.#held.get(name);
  }

  add(held: Held): void {
    this.#held.set(held.name, held);
  }

  /** Forgets a name once neither descriptor nor mapping is left. */
  forgetIfGone(held: Held): void {
    const isMapped = held.kind === 'buffer' && held.mapping !== undefined;
    if (held.fd === undefined && !isMapped) this.#held.delete(held.name);
  }

  /** The elements of an array that are held, by index. */
  array(base: string): readonly Held[] {
    const index = (held: Held) => Number(held.name.slice(base.length + 1, -1));
    return [...this.#held.values()]
      .filter((held) => held.name.startsWith(`${base}[`))
      .sort((a, b) => index(a) - index(b));
  }
}
