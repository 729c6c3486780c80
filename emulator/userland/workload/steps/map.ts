import * as z from 'zod';
import { MAP_PRIVATE, MAP_SHARED } from '../../../linux/uapi/mman.ts';
import { access, accessProtection } from '../access.ts';
import { anyHandle, formula } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Maps buffers into the process. */
export const map = defineStep({
  verb: 'map',
  shape: {
    map: anyHandle,
    access: access.default('read-write'),
    private: z.boolean().default(false),
    offset: formula.optional(),
    length: formula.optional(),
  },
  run(facts, context) {
    for (const buffer of context.buffers(facts.map)) {
      if (buffer.mapping !== undefined) context.refuse(`${buffer.name} is mapped already; unmap it first`);
      const offset = facts.offset === undefined ? 0n : context.value(facts.offset);
      const length = facts.length === undefined ? buffer.sizeBytes - offset : context.value(facts.length);
      const address = context.process.mmap({
        fd: context.descriptor(buffer),
        length,
        prot: accessProtection[facts.access],
        flags: facts.private ? MAP_PRIVATE : MAP_SHARED,
        offset,
      });
      buffer.mapping = { address, sizeBytes: length };
    }
    return undefined;
  },
});
