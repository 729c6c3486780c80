import * as z from 'zod';
import { O_CLOEXEC } from '../../../linux/uapi/fcntl.ts';
import { access, accessFlags } from '../access.ts';
import { newHandle } from '../handle-name.ts';
import { heapChoice } from '../heap-choice.ts';
import { defineStep } from '../step.ts';

/** Opens a heap's node. */
export const open = defineStep({
  verb: 'open',
  shape: {
    open: newHandle,
    heap: heapChoice,
    access: access.default('read-write'),
    cloexec: z.boolean().default(true),
  },
  run(facts, context) {
    const name = context.newName(facts.open);
    const flags = accessFlags[facts.access] | (facts.cloexec ? O_CLOEXEC : 0);
    const opened = context.openHeap(facts.heap, flags);
    context.handles.add({ kind: 'heap', name, heap: opened.name, fd: opened.fd });
    return undefined;
  },
});
