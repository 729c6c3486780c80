import { content, contentKeys, oneContent, pieces, span } from '../content.ts';
import { anyHandle } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Writes through buffers' mappings; the whole mapping where neither offset nor length is given. */
export const write = defineStep({
  verb: 'write',
  shape: { write: anyHandle, ...contentKeys },
  check: (facts) =>
    facts.byte === undefined && facts.text === undefined ? 'needs byte or text' : oneContent(facts),
  run(facts, context) {
    for (const buffer of context.buffers(facts.write)) {
      const { address, length } = span(facts, buffer, context);
      const bytes = content(facts, length, context);
      for (const { start, count } of pieces(length)) {
        if (bytes !== undefined)
          context.process.writeMemory(address + BigInt(start), bytes.piece(start, count));
      }
    }
    return undefined;
  },
});
