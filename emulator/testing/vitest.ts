/** `import 'heapboard/testing/vitest'`: gives vitest's `expect` the matchers, and its snapshots short boards. */
import { expect } from 'vitest';
import { matchers } from './matchers.ts';
import { boardSerializer } from './snapshot.ts';

interface HeapboardMatchers<Result> {
  /** The board has a heap of that name. */
  toHaveHeap(name: string): Result;
  /** The call, promise or error fails with that errno: `await expect(() => …).toFailWith('ENOMEM')`. */
  toFailWith(code: string): Promise<Result>;
  /** Buffers were left behind: any, or so many. */
  toHaveLeaked(count?: number): Result;
  /** The default CMA area, or the one of that name, has so many bytes free. */
  toHaveFree(bytes: number | bigint | string, area?: string): Result;
}

declare module 'vitest' {
  interface Matchers<T> extends HeapboardMatchers<T> {}
}

expect.extend(matchers);
expect.addSnapshotSerializer(boardSerializer);
