/**
 * Delta debugging (Zeller and Hildebrandt's ddmin): the smallest list that was found of which `fails` still holds, in
 * the order of `items`. `fails` must hold for all of them.
 */
export function minimized<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => boolean,
): readonly Item[] {
  let current = items;
  let parts = 2;
  while (current.length >= 2) {
    const smaller = smallerList(current, parts, fails);
    if (smaller !== undefined) {
      current = smaller.items;
      parts = Math.max(2, Math.min(smaller.parts, current.length));
    } else if (parts < current.length) parts = Math.min(current.length, parts * 2);
    else break;
  }
  return current;
}

/** One of the parts, or the list without one of them, where that fails too. */
function smallerList<Item>(
  items: readonly Item[],
  parts: number,
  fails: (items: readonly Item[]) => boolean,
): { readonly items: readonly Item[]; readonly parts: number } | undefined {
  const length = Math.ceil(items.length / parts);
  for (let start = 0; start < items.length; start += length) {
    const part = items.slice(start, start + length);
    if (part.length < items.length && fails(part)) return { items: part, parts: 2 };
  }
  for (let start = 0; start < items.length && parts > 2; start += length) {
    const rest = [...items.slice(0, start), ...items.slice(start + length)];
    if (rest.length < items.length && fails(rest)) return { items: rest, parts: parts - 1 };
  }
  return undefined;
}
