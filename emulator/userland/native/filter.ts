import type { HostArchitecture } from './host/architecture.ts';
import { type Exemption, type TrappedCall, trappedCalls } from './trapped-calls.ts';

/** Actions of a seccomp filter: include/uapi/linux/seccomp.h. */
export const seccompActions = {
  allow: 0x7fff0000,
  /** Asks whoever holds the listener. */
  notify: 0x7fc00000,
  /** Stops for the tracer. */
  trace: 0x7ff00000,
  refuse: 0x00050000,
} as const;

const ENOSYS = 38;

/** BPF instructions: include/uapi/linux/bpf_common.h. */
const loadWord = 0x20;
const jumpEqual = 0x15;
const jumpAtLeast = 0x35;
const jumpAnyBit = 0x45;
const answer = 0x06;

interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly value: number;
}

/** Offsets in struct seccomp_data. */
const numberAt = 0;
const architectureAt = 4;
const argumentAt = (index: number) => 16 + 8 * index;

const load = (offset: number) => step(loadWord, offset);
const end = (action: number) => step(answer, action);

function step(code: number, value: number, whenTrue = 0, whenFalse = 0): Instruction {
  return { code, whenTrue, whenFalse, value };
}

/**
 * The filter that traps the list and lets everything else through, as struct sock_filter records. A program for another
 * binary interface of the same processor (32 bits) runs untouched; the numbers of x32 are refused.
 */
export function buildFilter(architecture: HostArchitecture, action: number): Uint8Array {
  const { foreignNumbersFrom } = architecture;
  const program: Instruction[] = [
    load(architectureAt),
    step(jumpEqual, architecture.auditNumber, 1, 0),
    end(seccompActions.allow),
    load(numberAt),
  ];
  if (foreignNumbersFrom !== undefined) {
    program.push(step(jumpAtLeast, foreignNumbersFrom, 0, 1), end(seccompActions.refuse | ENOSYS));
  }
  for (const call of trappedCalls) {
    const number = architecture.trappable[call.name];
    if (number === undefined) continue;
    const block = decide(call, action);
    program.push(step(jumpEqual, number, 0, block.length), ...block);
  }
  program.push(end(seccompActions.allow));
  return encode(program);
}

/** What happens to one call of the list, its number known. */
function decide({ kind, exempt }: TrappedCall, action: number): readonly Instruction[] {
  if (kind === 'refused') return [end(seccompActions.refuse | ENOSYS)];
  if (exempt === undefined) return [end(action)];
  return [load(argumentAt(exempt.argument)), ...leave(exempt), end(action)];
}

/** Lets a call go where the loaded argument says so; goes on behind the block otherwise. */
function leave(exempt: Exemption): readonly Instruction[] {
  if ('bits' in exempt) return [step(jumpAnyBit, exempt.bits, 0, 1), end(seccompActions.allow)];
  return exempt.anyOf.flatMap((value) => [step(jumpEqual, value, 0, 1), end(seccompActions.allow)]);
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, whenTrue, whenFalse, value }, index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, whenTrue);
    view.setUint8(index * 8 + 3, whenFalse);
    view.setUint32(index * 8 + 4, value, true);
  });
  return bytes;
}
