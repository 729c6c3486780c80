/**
 * The kernel's sort: a bottom-up heap sort, in place. It is not stable, and which of two equal elements comes
 * first is visible: dynamic regions were placed in its order. Plays lib/sort.c, releases up to 6.9.
 */
export function heapSort<Element>(elements: Element[], compare: (a: Element, b: Element) => number): void {
  let unsorted = elements.length;
  let root = unsorted >> 1;
  if (root === 0) return;

  const order = (a: number, b: number): number => compare(elements[a] as Element, elements[b] as Element);
  const swap = (a: number, b: number): void => {
    const held = elements[a] as Element;
    elements[a] = elements[b] as Element;
    elements[b] = held;
  };
  const parent = (index: number): number => (index - 1) >> 1;

  for (;;) {
    if (root > 0) {
      root -= 1;
    } else {
      unsorted -= 1;
      if (unsorted === 0) return;
      swap(0, unsorted);
    }
    // Walk down along the larger children to a leaf, then back up to where the root's element belongs.
    let node = root;
    while (2 * node + 2 < unsorted) {
      const left = 2 * node + 1;
      node = order(left, left + 1) >= 0 ? left : left + 1;
    }
    if (2 * node + 2 === unsorted) node = 2 * node + 1;
    while (node !== root && order(root, node) >= 0) node = parent(node);
    const place = node;
    while (node !== root) {
      node = parent(node);
      swap(node, place);
    }
  }
}
