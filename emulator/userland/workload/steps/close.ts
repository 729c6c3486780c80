import { anyHandle } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Closes descriptors, of heaps or of buffers. A mapping keeps its buffer alive. */
export const close = defineStep({
  verb: 'close',
  shape: { close: anyHandle },
  run(facts, context) {
    for (const held of context.held(facts.close)) {
      context.process.close(context.descriptor(held));
      held.fd = undefined;
      context.handles.forgetIfGone(held);
    }
    return undefined;
  },
});
