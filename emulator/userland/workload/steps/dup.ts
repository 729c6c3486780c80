import { anyHandle, newHandle } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** A second descriptor of one buffer, under a name of its own. */
export const dup = defineStep({
  verb: 'dup',
  shape: { dup: anyHandle, as: newHandle },
  run(facts, context) {
    const name = context.newName(facts.as);
    const [buffer] = context.buffers(facts.dup);
    if (buffer === undefined) return context.refuse(`${facts.dup.text} is empty`);
    const fd = context.process.dup(context.descriptor(buffer));
    context.handles.add({ ...buffer, name, fd, mapping: undefined });
    return undefined;
  },
});
