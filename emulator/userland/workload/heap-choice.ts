import * as z from 'zod';
import type { HeapState } from './host.ts';

/** The words that mean a kind of heap, not one of that name; such a name is written with its path. */
const heapKinds = ['cma', 'system'] as const;

export type HeapKind = (typeof heapKinds)[number];

/** One thing that `heap:` may ask for. */
export type HeapWish = { readonly kind: HeapKind } | { readonly path: string; readonly name: string };

/** What `heap:` says: wishes in the order in which they are tried. */
export interface HeapChoice {
  readonly wishes: readonly HeapWish[];
  /** As it was written. */
  readonly text: string;
}

const folder = '/dev/dma_heap/';

function wish(text: string): HeapWish {
  const kind = heapKinds.find((kind) => kind === text);
  if (kind !== undefined) return { kind };
  if (text.startsWith(folder)) return { path: text, name: text.slice(folder.length) };
  return text.startsWith('/') ? { path: text, name: text } : { path: `${folder}${text}`, name: text };
}

/** `heap:` as a name, a list tried in order, or a kind. */
export const heapChoice = z
  .union(
    [z.string().min(1), z.array(z.string().min(1)).min(1)],
    'expected the name of a heap, a list of names to try in order, or a kind: cma or system',
  )
  .transform((value, context): HeapChoice => {
    const texts = typeof value === 'string' ? [value] : value;
    if (texts.includes('linux')) {
      context.addIssue('"linux" is half a name; in [ ] a comma separates, so write "linux,cma" in quotes');
    }
    return { wishes: texts.map(wish), text: texts.join(', ') };
  });

/** What programs try where they know no better: the names that a kind has had on mainline kernels. */
const usualNames: Readonly<Record<HeapKind, readonly string[]>> = {
  cma: ['default_cma_region', 'linux,cma', 'reserved'],
  system: ['system'],
};

/**
 * The paths that a choice means on a system, in the order in which they are opened. A kind means the first heap of
 * it, in the order of the minors, so that the default area comes before a device's own; where there is none, the
 * kind's usual names.
 */
export function pathsOf(choice: HeapChoice, heaps: readonly HeapState[]): readonly string[] {
  return choice.wishes.flatMap((wish) => {
    if ('path' in wish) return [wish.path];
    const heap = heaps.find(({ kind }) => kind === wish.kind);
    const names = heap === undefined ? usualNames[wish.kind] : [heap.name];
    return names.map((name) => `${folder}${name}`);
  });
}

/** Whether any wish of a choice names or means a heap that the system has. */
export function isServed(choice: HeapChoice, heaps: readonly HeapState[]): boolean {
  const paths = pathsOf(choice, heaps);
  return heaps.some(({ name }) => paths.includes(`${folder}${name}`));
}

/** Whether a choice is made of names alone, none of which the system has: probably a slip of the pen. */
export function namesNone(choice: HeapChoice, heaps: readonly HeapState[]): boolean {
  return choice.wishes.every((wish) => 'path' in wish) && !isServed(choice, heaps);
}
