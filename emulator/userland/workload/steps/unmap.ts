import { anyHandle } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Takes buffers' mappings away. */
export const unmap = defineStep({
  verb: 'unmap',
  shape: { unmap: anyHandle },
  run(facts, context) {
    for (const buffer of context.buffers(facts.unmap)) {
      const { address, sizeBytes } = context.mapping(buffer);
      context.process.munmap(address, sizeBytes);
      buffer.mapping = undefined;
      context.handles.forgetIfGone(buffer);
    }
    return undefined;
  },
});
