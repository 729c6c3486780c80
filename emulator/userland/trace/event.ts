import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import type { TraceValue } from './value.ts';

/** A process comes into sight: nobody in the trace started it. */
export interface ProcessEvent {
  readonly process: number;
  readonly command: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** A call, with what it got. */
export interface CallEvent {
  readonly pid: number;
  readonly call: string;
  readonly args: readonly TraceValue[];
  /** What it returned; absent where it failed, or never came back. */
  readonly result?: number | string | undefined;
  readonly errno?: string | undefined;
  /** What it left behind its arguments, by their places. */
  readonly out?: Readonly<Record<string, TraceValue>> | undefined;
  /** What a reader of a foreign trace had to conclude, in words. */
  readonly inferred?: readonly string[] | undefined;
}

/** A process has ended. */
export interface ExitEvent {
  readonly pid: number;
  readonly exit: number | string;
}

export type TraceEvent = ProcessEvent | CallEvent | ExitEvent;

/** Where a trace was made. */
export interface TraceHeader {
  readonly heapboardTrace: 1;
  readonly board?: string | undefined;
  readonly release?: string | undefined;
}

export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}

export function isCall(event: TraceEvent): event is CallEvent {
  return 'call' in event;
}

const value: z.ZodType<TraceValue> = z.json();
const id = z.int().min(0);
const eventSchema = z.union([
  z.strictObject({
    process: id,
    command: z.string(),
    uid: id,
    gid: id,
    groups: z.array(id),
  }),
  z.strictObject({
    pid: id,
    call: z.string().min(1),
    args: z.array(value),
    result: z.union([z.number(), z.string()]).optional(),
    errno: z
      .string()
      .regex(/^E[A-Z0-9]+$/)
      .optional(),
    out: z.record(z.string(), value).optional(),
    inferred: z.array(z.string()).optional(),
  }),
  z.strictObject({ pid: id, exit: z.union([z.int(), z.string()]) }),
]);
const headerSchema = z.object({
  heapboardTrace: z.literal(1),
  board: z.string().optional(),
  release: z.string().optional(),
});

/** Reads a trace: a line of JSON each, the header first. A mistake is an InputError with its line. */
export function parseTrace(text: string, file: string): Trace {
  const lines = text.split('\n');
  const [first = ''] = lines;
  const header = parseLine(headerSchema, first, file, 1, 'the header {"heapboardTrace":1}');
  const events = lines.flatMap((line, index) =>
    index === 0 || line.trim() === ''
      ? []
      : [parseLine(eventSchema, line, file, index + 1, 'a process, call or exit')],
  );
  return { header, events };
}

function parseLine<Value>(
  schema: z.ZodType<Value>,
  line: string,
  file: string,
  number: number,
  expected: string,
): Value {
  const position = { file, line: number };
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw inputError('trace-broken', { problem: 'this line is no JSON' }, { position });
  }
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  throw inputError('trace-broken', { problem: `expected ${expected}` }, { position });
}

/** The text of a trace. */
export function formatTrace({ header, events }: Trace): string {
  return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}
