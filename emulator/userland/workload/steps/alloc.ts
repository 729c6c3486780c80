import * as z from 'zod';
import { O_CLOEXEC } from '../../../linux/uapi/fcntl.ts';
import { access, accessFlags } from '../access.ts';
import { anyHandle, formula, type HandleName, newHandle } from '../handle-name.ts';
import { heapChoice } from '../heap-choice.ts';
import { defineStep } from '../step.ts';
import type { StepContext } from '../step-context.ts';

/**
 * Allocates a buffer, from a heap that a step opened (`from`), or from one that is opened for the occasion and
 * kept open for later ones (`heap`).
 */
export const alloc = defineStep({
  verb: 'alloc',
  shape: {
    alloc: newHandle,
    from: anyHandle.optional(),
    heap: heapChoice.optional(),
    size: formula,
    access: access.default('read-write'),
    cloexec: z.boolean().default(true),
  },
  check: (facts) =>
    (facts.from === undefined) === (facts.heap === undefined)
      ? 'needs either "heap", or "from" and an open heap'
      : undefined,
  run(facts, context) {
    const name = context.newName(facts.alloc);
    const sizeBytes = context.value(facts.size);
    const heap = facts.heap === undefined ? openHeap(facts.from, context) : context.sharedHeap(facts.heap);
    context.heapUsed = { name: heap.name, sizeBytes };
    const flags = accessFlags[facts.access] | (facts.cloexec ? O_CLOEXEC : 0);
    const fd = context.process.dmaHeapAlloc(heap.fd, sizeBytes, flags);
    context.handles.add({ kind: 'buffer', name, fd, sizeBytes, mapping: undefined });
    context.tally.buffers += 1;
    context.tally.allocatedBytes += sizeBytes;
    return undefined;
  },
});

function openHeap(
  from: HandleName | undefined,
  context: StepContext,
): { readonly fd: number; readonly name: string } {
  const held = from === undefined ? undefined : context.held(from)[0];
  if (held?.kind !== 'heap') return context.refuse(`${from?.text} is not an open heap`);
  return { fd: context.descriptor(held), name: held.heap };
}
