import type * as z from 'zod';
import type { CallRecord } from '../../records/record.ts';
import type { Fact } from '../fact.ts';
import { inodeIn, isCompared, isOomReport, masked, unseen, withRelativeInodes } from './masks.ts';

type Json = z.core.util.JSONType;

const identity = new Set(['case', 'heap', 'args']);

/** Cases with figures of the whole memory in their arguments: told apart by what they are about. */
const byWhat = new Set(['big_alloc', 'final_meminfo']);

function keysOf(calls: readonly CallRecord[]): string[] {
  const occurrences = new Map<string, number>();
  return calls.map((call) => {
    const args = byWhat.has(call.case) ? { what: call.args.what ?? null } : call.args;
    const key = `${call.case} ${call.heap === '' ? '-' : call.heap} ${JSON.stringify(args)}`;
    const nth = (occurrences.get(key) ?? 0) + 1;
    occurrences.set(key, nth);
    return nth === 1 ? key : `${key} #${nth}`;
  });
}

/** Equal where the recorded side could not be seen. */
function equals(recorded: Json | undefined, emulated: Json | undefined): boolean {
  if (recorded === unseen) return true;
  if (Array.isArray(recorded) && Array.isArray(emulated)) {
    return (
      recorded.length === emulated.length && recorded.every((item, index) => equals(item, emulated[index]))
    );
  }
  if (isObject(recorded) && isObject(emulated)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(emulated)]);
    return [...names].every((name) => equals(recorded[name], emulated[name]));
  }
  return recorded === emulated;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const shown = (value: Json | undefined) => (value === undefined ? 'none' : JSON.stringify(value));

/**
 * Compares recorded calls with emulated ones, matched by case, heap, arguments and occurrence. Every recorded field
 * that does not vary by itself is a fact, named `case.field`; calls beyond the recorded ones are not looked at.
 */
export function compareCalls(recorded: readonly CallRecord[], emulated: readonly CallRecord[]): Fact[] {
  const emulatedKeys = keysOf(emulated);
  const byKey = new Map(emulated.map((call, index) => [emulatedKeys[index], call]));
  const recordedKeys = keysOf(recorded);
  const inodes = new InodeOrigins();
  return recorded.flatMap((call, index): Fact[] => {
    const key = recordedKeys[index] ?? '';
    const own = byKey.get(key);
    if (own === undefined) {
      return [
        { field: `${call.case}.missing`, item: key, recorded: 'a call', emulated: 'none', equal: false },
      ];
    }
    const names = [...new Set([...Object.keys(call), ...Object.keys(own)])];
    return names
      .filter((name) => !identity.has(name) && isCompared(name) && !isOomReport(call[name]))
      .map((name) => compareField(call, own, name, key, inodes));
  });
}

function compareField(
  recorded: CallRecord,
  emulated: CallRecord,
  name: string,
  key: string,
  inodes: InodeOrigins,
): Fact {
  let [before, after] = [recorded, emulated].map((call) => {
    const value = fieldOf(call, name);
    return value === undefined ? undefined : masked(name, value);
  });
  if (typeof before === 'string' && typeof after === 'string') [before, after] = inodes.relate(before, after);
  const field = `${recorded.case}.${name}`;
  return { field, item: key, recorded: shown(before), emulated: shown(after), equal: equals(before, after) };
}

const fieldOf = (call: CallRecord, name: string): Json | undefined => {
  const value: unknown = call[name];
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json);
};

/** Counts the inode numbers of a run from the first one that both sides show. */
class InodeOrigins {
  #first: readonly [number, number] | undefined;

  relate(recorded: string, emulated: string): [string, string] {
    const [own, other] = [inodeIn(recorded), inodeIn(emulated)];
    if (own !== undefined && other !== undefined) this.#first ??= [own, other];
    if (this.#first === undefined) return [recorded, emulated];
    return [withRelativeInodes(recorded, this.#first[0]), withRelativeInodes(emulated, this.#first[1])];
  }
}
