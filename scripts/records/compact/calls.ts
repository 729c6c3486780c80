import * as z from 'zod';
import { type CallRecord, callRecordSchema } from '../record.ts';
import { packNumbers, unpackNumbers } from './number-runs.ts';

type Json = z.core.util.JSONType;
type JsonObject = Readonly<Record<string, Json>>;

/** Stands for the name of the CMA heap that a case ran on, in a base call and inside its texts. */
const placeholder = '{heap}';

/** A call as it is stored in the base: any call of the kernel's records with its heap's name taken out. */
export const baseCallSchema = z.record(z.string(), z.json());

/** Calls of one boot: a row of base calls, or one base call with other values for some fields. */
export const compactCallSchema = z.strictObject({
  heap: z.string().optional(),
  /** Index of the (first) base call. */
  base: z.int().min(0),
  /** How many base calls follow one another; 1 where it is left out. */
  count: z.int().min(2).optional(),
  set: z.record(z.string(), z.json()).optional(),
  drop: z.array(z.string()).optional(),
});

export type CompactCall = z.infer<typeof compactCallSchema>;

const isNamed = (heap: string) => heap !== '' && heap !== 'system';

function replaceIn(value: Json, from: string, to: string): Json {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, from, to));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIn(item, from, to)]));
}

function withoutName(call: CallRecord): JsonObject {
  const { heap, ...rest } = call;
  const packed = packNumbers(jsonObject.parse(rest));
  const anonymous = isNamed(heap) ? replaceIn(packed, heap, placeholder) : packed;
  return { ...jsonObject.parse(anonymous), heap: isNamed(heap) ? placeholder : heap };
}

const jsonObject = z.record(z.string(), z.json());

function withName(base: JsonObject, heap: string | undefined): CallRecord {
  const named = heap === undefined ? base : replaceIn(base, placeholder, heap);
  return callRecordSchema.parse(unpackNumbers(named));
}

const sameJson = (a: Json | undefined, b: Json | undefined) => JSON.stringify(a) === JSON.stringify(b);

/** The base of one kernel's calls; grows as boots are packed. */
export class CallBase {
  readonly calls: JsonObject[] = [];
  readonly #indexByKey = new Map<string, number>();

  /** Packs the calls of one boot. Lossless: `unpackCalls` with the finished base gives them back. */
  pack(calls: readonly CallRecord[]): CompactCall[] {
    const packed: CompactCall[] = [];
    const occurrences = new Map<string, number>();
    for (const call of calls) {
      const own = withoutName(call);
      const group = JSON.stringify([own.case, own.heap, own.args]);
      const nth = occurrences.get(`${call.heap}\n${group}`) ?? 0;
      occurrences.set(`${call.heap}\n${group}`, nth + 1);
      this.#add(packed, own, `${nth}\n${group}`, isNamed(call.heap) ? call.heap : undefined);
    }
    return packed;
  }

  #add(packed: CompactCall[], own: JsonObject, key: string, heap: string | undefined): void {
    const index = this.#indexByKey.get(key) ?? this.calls.push(own) - 1;
    this.#indexByKey.set(key, index);
    const base = this.calls[index] ?? {};
    const set = Object.fromEntries(
      Object.entries(own).filter(([name, value]) => !sameJson(value, base[name])),
    );
    const drop = Object.keys(base).filter((name) => !(name in own));
    const heapField = heap === undefined ? {} : { heap };
    if (Object.keys(set).length > 0 || drop.length > 0) {
      packed.push({ ...heapField, base: index, set, ...(drop.length === 0 ? {} : { drop }) });
      return;
    }
    const last = packed.at(-1);
    const follows =
      last !== undefined &&
      last.set === undefined &&
      last.heap === heap &&
      last.base + (last.count ?? 1) === index;
    if (follows) last.count = (last.count ?? 1) + 1;
    else packed.push({ ...heapField, base: index });
  }
}

/** The calls that were packed. */
export function unpackCalls(packed: readonly CompactCall[], base: readonly JsonObject[]): CallRecord[] {
  return packed.flatMap((entry) =>
    Array.from({ length: entry.count ?? 1 }, (_, offset) => {
      const call = base[entry.base + offset];
      if (call === undefined) throw new Error(`no base call ${entry.base + offset}`);
      const kept = Object.entries(call).filter(([name]) => entry.drop?.includes(name) !== true);
      return withName({ ...Object.fromEntries(kept), ...entry.set }, entry.heap);
    }),
  );
}
