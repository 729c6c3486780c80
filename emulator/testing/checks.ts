import { formatSize, parseSize } from '../base/units.ts';
import { SyscallError } from '../userland/errors.ts';
import type { System } from '../whatif/system.ts';
import { watchOf } from './use-board.ts';

/** What a check found: whether it holds, and what to say where it does not (or, turned round, where it does). */
export interface Checked {
  readonly pass: boolean;
  message(): string;
}

function checked(pass: boolean, fails: string, holds: string): Checked {
  return { pass, message: () => (pass ? holds : fails) };
}

/** The board has a heap of that name under /dev/dma_heap. */
export function checkHeap(system: System, name: string): Checked {
  const names = system.summary().heaps.map((heap) => heap.name);
  const list = names.length === 0 ? 'none' : names.join(', ');
  return checked(
    names.includes(name),
    `expected a heap ${name}; there are: ${list}`,
    `expected no heap ${name}`,
  );
}

/** A call fails with an errno: a function that is called, a promise, or what was caught. */
export async function checkFailure(attempt: unknown, code: string): Promise<Checked> {
  const seen = await outcomeOf(attempt);
  return checked(seen === code, `expected ${code}, got ${seen}`, `expected anything but ${code}`);
}

async function outcomeOf(attempt: unknown): Promise<string> {
  try {
    const value: unknown = await (typeof attempt === 'function' ? attempt() : attempt);
    return value instanceof Error ? describe(value) : 'success';
  } catch (error) {
    return describe(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof SyscallError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** The board's buffers that were left behind: any, or so many. */
export function checkLeaks(system: System, count?: number): Checked {
  const leaked = watchOf(system)?.leaked ?? [];
  const list = leaked.map(({ heap, sizeBytes, position }) =>
    `${heap} ${formatSize(sizeBytes)} ${position ?? ''}`.trim(),
  );
  const seen = leaked.length === 0 ? 'nothing leaked' : `leaked: ${list.join('; ')}`;
  const wanted = count === undefined ? 'a leak' : `${count} leaked buffers`;
  const pass = count === undefined ? leaked.length > 0 : leaked.length === count;
  return checked(pass, `expected ${wanted}; ${seen}`, `expected no leak; ${seen}`);
}

/** A CMA area has so many bytes free: the default one, or one by name. */
export function checkFree(system: System, bytes: number | bigint | string, area?: string): Checked {
  const { areas } = system.summary();
  const found = areas.find((one) => (area === undefined ? one.isDefault : one.name === area));
  const wanted = typeof bytes === 'string' ? parseSize(bytes) : BigInt(bytes);
  if (found === undefined) return checked(false, `there is no area ${area ?? 'by default'}`, '');
  if (wanted === undefined) return checked(false, `${bytes} is no size`, '');
  const free = BigInt(found.size) - BigInt(found.usedPages) * BigInt(system.running.pageSizeBytes);
  const seen = `${found.name} has ${formatSize(free)} (${free} bytes) free`;
  return checked(free === wanted, `expected ${wanted} bytes free; ${seen}`, `expected another size; ${seen}`);
}
