type Compare<Element> = (a: Element, b: Element) => number;

/** A list seen as a heap: comparisons and swaps by index. */
class Heap<Element> {
  readonly #elements: Element[];
  readonly #compare: Compare<Element>;

  constructor(elements: Element[], compare: Compare<Element>) {
    this.#elements = elements;
    this.#compare = compare;
  }

  order(a: number, b: number): number {
    return this.#compare(this.#elements[a] as Element, this.#elements[b] as Element);
  }

  swap(a: number, b: number): void {
    const held = this.#elements[a] as Element;
    this.#elements[a] = this.#elements[b] as Element;
    this.#elements[b] = held;
  }

  /**
   * Sifts element `root` down among the first `count`: along the larger children to a leaf, then back up to where
   * it belongs. `onTie` says which child counts as the larger of two equal ones.
   */
  sift(root: number, count: number, onTie: 'left' | 'right'): void {
    let node = root;
    while (2 * node + 2 < count) {
      const left = 2 * node + 1;
      const difference = this.order(left, left + 1);
      const goLeft = onTie === 'left' ? difference >= 0 : difference > 0;
      node = goLeft ? left : left + 1;
    }
    if (2 * node + 2 === count) node = 2 * node + 1;
    while (node !== root && this.order(root, node) >= 0) node = parent(node);
    const place = node;
    while (node !== root) {
      node = parent(node);
      this.swap(node, place);
    }
  }
}

function parent(index: number): number {
  return (index - 1) >> 1;
}

/**
 * The kernel's sort: a bottom-up heap sort, in place. It is not stable, and which of two equal elements comes
 * first is visible: dynamic regions were placed in its order. Plays lib/sort.c, releases up to 6.9.
 */
export function heapSort<Element>(elements: Element[], compare: Compare<Element>): void {
  const heap = new Heap(elements, compare);
  let unsorted = elements.length;
  for (let root = (unsorted >> 1) - 1; root >= 0; root -= 1) heap.sift(root, unsorted, 'left');
  while (unsorted > 1) {
    unsorted -= 1;
    heap.swap(0, unsorted);
    heap.sift(0, unsorted, 'left');
  }
}

/**
 * The same since 6.10: it takes the two largest elements at a time, and breaks ties the other way.
 */
export function pairwiseHeapSort<Element>(elements: Element[], compare: Compare<Element>): void {
  const heap = new Heap(elements, compare);
  let unsorted = elements.length;
  if (unsorted < 2) return;
  for (let root = (unsorted >> 1) - 1; root >= 0; root -= 1) heap.sift(root, unsorted, 'right');
  while (unsorted > 3) {
    unsorted -= 1;
    heap.swap(0, unsorted);
    const larger = heap.order(1, 2) <= 0 ? 2 : 1;
    unsorted -= 1;
    heap.swap(larger, unsorted);
    if (larger < unsorted) heap.sift(larger, unsorted, 'right');
    heap.sift(0, unsorted, 'right');
  }
  unsorted -= 1;
  heap.swap(0, unsorted);
  if (unsorted === 2 && heap.order(0, 1) > 0) heap.swap(0, 1);
}
