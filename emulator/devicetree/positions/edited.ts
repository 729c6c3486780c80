import type { SourcePosition } from '../../base/position.ts';
import type { SourcePositions } from '../tree.ts';

/** Positions in a tree that was edited behind its source: what an edit wrote stands in no text any more. */
export class EditedPositions implements SourcePositions {
  readonly #source: SourcePositions;
  readonly #edited: ReadonlySet<string>;

  constructor(source: SourcePositions, edited: ReadonlySet<string>) {
    this.#source = source;
    this.#edited = edited;
  }

  node(path: string): SourcePosition | undefined {
    return this.#edited.has(path) ? undefined : this.#source.node(path);
  }

  property(path: string, name: string): SourcePosition | undefined {
    return this.#hides(path, name) ? undefined : this.#source.property(path, name);
  }

  /** What an edit overrode is where the source says. */
  firstDefined(path: string, name: string): SourcePosition | undefined {
    if (this.#edited.has(path)) return undefined;
    const first = this.#source.firstDefined(path, name);
    return first ?? (this.#hides(path, name) ? this.#source.property(path, name) : undefined);
  }

  #hides(path: string, name: string): boolean {
    return this.#edited.has(path) || this.#edited.has(`${path}:${name}`);
  }
}
