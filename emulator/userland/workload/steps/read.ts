import { type Content, content, contentKeys, oneContent, pieces, span } from '../content.ts';
import { anyHandle } from '../handle-name.ts';
import { defineStep } from '../step.ts';
import type { StepContext } from '../step-context.ts';

/** Reads through buffers' mappings, and compares with `byte` or `text` where one is given. */
export const read = defineStep({
  verb: 'read',
  shape: { read: anyHandle, ...contentKeys },
  check: oneContent,
  run(facts, context) {
    for (const buffer of context.buffers(facts.read)) {
      const { address, length } = span(facts, buffer, context);
      const expected = content(facts, length, context);
      for (const { start, count } of pieces(length)) {
        const seen = context.process.readMemory(address + BigInt(start), count);
        if (expected !== undefined) compareBytes(buffer.name, expected, start, seen, context);
      }
    }
    return undefined;
  },
});

/** Ends the step where bytes are not as expected. */
export function compareBytes(
  name: string,
  expected: Content,
  start: number,
  seen: Uint8Array,
  context: StepContext,
): void {
  const wanted = expected.piece(start, seen.length);
  const at = seen.findIndex((byte, index) => byte !== wanted[index]);
  if (at < 0) return;
  context.unmet({
    what: `byte ${start + at} of ${name}`,
    expected: hexByte(wanted[at]),
    seen: hexByte(seen[at]),
  });
}

function hexByte(byte = 0): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
