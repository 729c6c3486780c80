import * as z from 'zod';
import { formula } from './handle-name.ts';
import type { HeldBuffer } from './handles.ts';
import type { StepContext } from './step-context.ts';

/** The keys by which steps say which bytes of a buffer they mean, and what stands there. */
export const contentKeys = {
  offset: formula.optional(),
  length: formula.optional(),
  /** Each byte has this value. */
  byte: formula.optional(),
  /** The bytes are this text, in UTF-8. */
  text: z.string().min(1).optional(),
};

type ContentFacts = z.output<z.ZodObject<typeof contentKeys>>;

/** Bytes that are made piece by piece, so that large buffers cost no large arrays. */
export interface Content {
  readonly length: number;
  /** The bytes from `start` on, at most `count` of them. */
  piece(start: number, count: number): Uint8Array;
}

/** Most bytes that are moved at once. */
const pieceBytes = 256 * 1024;

/** Which bytes of a mapping are meant: `address` of the first, and how many. */
export function span(
  facts: ContentFacts,
  buffer: HeldBuffer,
  context: StepContext,
): { readonly address: bigint; readonly length: number } {
  const { address, sizeBytes } = context.mapping(buffer);
  const offset = facts.offset === undefined ? 0n : context.value(facts.offset);
  const whole = facts.text === undefined ? sizeBytes - offset : BigInt(encoded(facts.text).length);
  const length = facts.length === undefined ? whole : context.value(facts.length);
  if (offset < 0n || length < 0n || length > BigInt(Number.MAX_SAFE_INTEGER)) {
    return context.refuse(`offset ${offset} and length ${length} name no bytes`);
  }
  return { address: address + offset, length: Number(length) };
}

/** The bytes that a step names; undefined where it names none. */
export function content(facts: ContentFacts, length: number, context: StepContext): Content | undefined {
  if (facts.text !== undefined) {
    const bytes = encoded(facts.text);
    return {
      length,
      piece: (start, count) =>
        Uint8Array.from({ length: count }, (_, at) => bytes[(start + at) % bytes.length] ?? 0),
    };
  }
  if (facts.byte === undefined) return undefined;
  const value = context.value(facts.byte);
  if (value < 0n || value > 255n) return context.refuse(`${value} is no byte`);
  const block = new Uint8Array(Math.min(length, pieceBytes)).fill(Number(value));
  return { length, piece: (_, count) => block.subarray(0, count) };
}

/** Goes through a length in pieces. */
export function* pieces(length: number): Generator<{ readonly start: number; readonly count: number }> {
  for (let start = 0; start < length; start += pieceBytes) {
    yield { start, count: Math.min(pieceBytes, length - start) };
  }
}

/** Refuses two ways of naming bytes at once. */
export function oneContent(facts: ContentFacts): string | undefined {
  return facts.byte !== undefined && facts.text !== undefined ? 'takes byte or text, not both' : undefined;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
