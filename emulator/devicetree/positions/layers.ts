import type { SourcePosition } from '../../base/position.ts';
import type { DeviceTree, DtNode, SourcePositions } from '../tree.ts';

/** An overlay as it was applied: where its fragments went, and where its text stands, if it has one. */
export interface OverlayLayer {
  readonly fragments: readonly { readonly target: string; readonly overlay: DtNode }[];
  readonly positions: SourcePositions | undefined;
}

/**
 * Positions in a tree that overlays were applied to. What an overlay sets stands in the overlay, the last one that sets
 * it; an overlay that is a blob has no text, and so hides the base's.
 */
export class LayeredPositions implements SourcePositions {
  readonly #base: SourcePositions | undefined;
  readonly #overlays: readonly OverlayLayer[];

  constructor(base: SourcePositions | undefined, overlays: readonly OverlayLayer[]) {
    this.#base = base;
    this.#overlays = overlays;
  }

  node(path: string): SourcePosition | undefined {
    const written = this.#base?.node(path);
    if (written !== undefined) return written;
    const added = this.#overlays.flatMap((layer) => nodesAt(layer, path).map((node) => ({ layer, node })));
    return added
      .map(({ layer, node }) => layer.positions?.node(node.path))
      .find((found) => found !== undefined);
  }

  property(path: string, name: string): SourcePosition | undefined {
    const winner = this.#settersOf(path, name).at(-1);
    return winner === undefined ? this.#base?.property(path, name) : winner();
  }

  firstDefined(path: string, name: string): SourcePosition | undefined {
    const setters = this.#settersOf(path, name);
    const first = this.#base?.firstDefined(path, name);
    if (setters.length === 0 || first !== undefined) return first;
    const earlier = [() => this.#base?.property(path, name), ...setters.slice(0, -1)];
    return earlier.map((position) => position()).find((position) => position !== undefined);
  }

  /** For each overlay that sets a property, in order: how to find out where. */
  #settersOf(path: string, name: string): readonly (() => SourcePosition | undefined)[] {
    return this.#overlays.flatMap((layer) =>
      nodesAt(layer, path)
        .filter((node) => node.has(name))
        .map((node) => () => layer.positions?.property(node.path, name)),
    );
  }
}

/** The nodes of an overlay that become (a part of) the node at a path. */
function nodesAt(layer: OverlayLayer, path: string): readonly DtNode[] {
  return layer.fragments.flatMap(({ target, overlay }) => {
    const prefix = target === '/' ? '/' : `${target}/`;
    if (path !== target && !path.startsWith(prefix)) return [];
    let node: DtNode | undefined = overlay;
    for (const name of path.slice(prefix.length).split('/')) {
      if (name !== '') node = node?.children.find((child) => child.name === name);
    }
    return node === undefined ? [] : [node];
  });
}

/** Where an overlay's fragments go in a base: by path, or by a label that the base's `/__symbols__` knows. */
export function overlayLayer(
  base: DeviceTree,
  overlay: DeviceTree,
  positions: SourcePositions | undefined,
): OverlayLayer {
  const labels = new Map<string, string>();
  for (const [label, places] of overlay.node('/__fixups__')?.properties ?? []) {
    for (const place of places.strings) {
      const fragment = /^(.*):target:0$/.exec(place)?.[1];
      if (fragment !== undefined) labels.set(fragment, label);
    }
  }
  const symbols = base.node('/__symbols__');
  const fragments = overlay.root.children.flatMap((fragment) => {
    const content = fragment.child('__overlay__');
    const label = labels.get(fragment.path);
    const path =
      label === undefined ? fragment.property('target-path')?.string : symbols?.property(label)?.string;
    const target = path === undefined ? undefined : base.node(path)?.path;
    return content === undefined || target === undefined ? [] : [{ target, overlay: content }];
  });
  return { fragments, positions };
}
