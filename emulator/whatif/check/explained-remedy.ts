import { wantedState } from '../explain/wish.ts';
import type { BootContext } from './context.ts';
import type { Remedy } from './rule.ts';

/** Kinds of change that are no fix of a tree: they need another kernel. */
const foreign = new Set(['release', 'page-size']);
/** Kinds that move regions: what is firmware's own place cannot be moved by whoever writes the tree. */
const moving = new Set(['neighbour', 'region-base']);

/**
 * What `explain` found by booting: the change that grants a wish, else the largest size that would be granted. Regions
 * that are no pools stay where they are.
 */
export function explainedRemedy(context: BootContext, subject: string): Remedy | undefined {
  const { change, largest } = context.explain(subject);
  const isFit = change !== undefined && !foreign.has(change.kind) && !movesFirmware(context, change);
  const found = isFit ? change : largest;
  return found === undefined ? undefined : { says: found.says, options: [[found.option, found.value]] };
}

function movesFirmware(
  { tree }: BootContext,
  { kind, value }: { readonly kind: string; readonly value: string },
): boolean {
  if (!moving.has(kind)) return false;
  const node = tree.node(value.replace(/:.*$/s, ''));
  return node !== undefined && wantedState(node) === 'reserved';
}
