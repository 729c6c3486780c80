import * as z from 'zod';
import { SyscallError } from '../../errors.ts';
import { content, contentKeys, oneContent, pieces } from '../content.ts';
import { anyHandle, formula, type HandleName, newHandle } from '../handle-name.ts';
import type { HeldBuffer } from '../handles.ts';
import type { DeviceRefusal, DeviceSeen } from '../host.ts';
import { defineStep } from '../step.ts';
import type { StepContext } from '../step-context.ts';
import { compareBytes } from './read.ts';

const actions = ['probe', 'alloc', 'free', 'attach', 'detach', 'write', 'read'] as const;

const shape = {
  device: z.string().startsWith('/', 'expected the path of a node, from the root'),
  /** The driver's name, or true for the one of the node's compatible. */
  probe: z.union([z.string().min(1), z.literal(true)]).optional(),
  region: z.union([z.int().min(0), z.string().min(1)]).optional(),
  dmaBits: z.int().min(20).max(64).optional(),
  alloc: formula.optional(),
  as: newHandle.optional(),
  atomic: z.boolean().default(false),
  forceContiguous: z.boolean().default(false),
  free: anyHandle.optional(),
  attach: anyHandle.optional(),
  contiguous: z.boolean().default(false),
  detach: anyHandle.optional(),
  write: anyHandle.optional(),
  read: anyHandle.optional(),
  ...contentKeys,
};

type Facts = z.output<z.ZodObject<typeof shape>>;

/** A driver works for its device: probes it, allocates memory for it, shares buffers with it, moves bytes by DMA. */
export const device = defineStep({
  verb: 'device',
  covers: actions,
  shape,
  check(facts) {
    const given = actions.filter((action) => facts[action] !== undefined);
    if (given.length !== 1) return `needs one of ${actions.join(', ')}`;
    if (facts.alloc !== undefined && facts.as === undefined) return 'needs as, a name for what is allocated';
    if (facts.write !== undefined && facts.byte === undefined && facts.text === undefined)
      return 'needs byte or text';
    return oneContent(facts);
  },
  run(facts, context) {
    const { region, dmaBits } = facts;
    const driver = typeof facts.probe === 'string' ? facts.probe : undefined;
    const found = context.host.device(facts.device, { driver, region, dmaBits });
    if (found === undefined) return context.refuse(`the tree has no node ${facts.device}`);
    const seen = granted('probe', facts, found, context);
    if (facts.alloc !== undefined) allocate(facts, seen, context);
    if (facts.free !== undefined)
      for (const name of memoryNames(facts.free, context)) context.freeMemory(name);
    if (facts.attach !== undefined) attach(facts, seen, context);
    if (facts.detach !== undefined) detach(facts, facts.detach, context);
    if (facts.write !== undefined) write(facts, facts.write, seen, context);
    if (facts.read !== undefined) read(facts, facts.read, seen, context);
    return undefined;
  },
});

/** What a driver's call gave; a refusal is an errno like that of a system call, and says why. */
function granted<Given extends object>(
  call: string,
  facts: Facts,
  answer: Given | DeviceRefusal,
  context: StepContext,
): Given {
  if (!('refused' in answer)) return answer;
  context.deviceWhy = answer.why;
  throw new SyscallError(call, answer.refused, facts.device);
}

function allocate(facts: Facts, seen: DeviceSeen, context: StepContext): void {
  if (facts.alloc === undefined || facts.as === undefined) return;
  const name = context.newMemoryName(facts.as);
  const sizeBytes = context.value(facts.alloc);
  const { atomic, forceContiguous } = facts;
  const answer = seen.allocate(sizeBytes, { atomic, forceContiguous });
  context.memory.set(name, granted('dma_alloc_coherent', facts, answer, context));
}

function memoryNames(name: HandleName, context: StepContext): readonly string[] {
  const names = [...context.memory.keys()];
  const wanted = name.isWholeArray
    ? names.filter((each) => each.startsWith(`${name.base}[`))
    : names.filter((each) => each === context.resolved(name));
  if (wanted.length === 0) context.refuse(`no device memory called ${name.text} is allocated`);
  return wanted;
}

function attach(facts: Facts, seen: DeviceSeen, context: StepContext): void {
  if (facts.attach === undefined) return;
  for (const buffer of context.buffers(facts.attach)) {
    const answer = seen.attach(context.process, context.descriptor(buffer), { contiguous: facts.contiguous });
    const attachment = granted('dma_buf_map_attachment', facts, answer, context);
    context.attachments.set(attachmentName(facts, buffer), attachment);
  }
}

function detach(facts: Facts, name: HandleName, context: StepContext): void {
  for (const buffer of context.buffers(name)) {
    const key = attachmentName(facts, buffer);
    const held = context.attachments.get(key);
    if (held === undefined) context.refuse(`${facts.device} has not attached ${buffer.name}`);
    context.attachments.delete(key);
    held.detach();
  }
}

function attachmentName(facts: Facts, buffer: HeldBuffer): string {
  return `${facts.device} ${buffer.name}`;
}

function write(facts: Facts, name: HandleName, seen: DeviceSeen, context: StepContext): void {
  for (const buffer of context.buffers(name)) {
    const { offset, length } = within(facts, buffer, context);
    const bytes = content(facts, length, context);
    for (const { start, count } of pieces(length)) {
      if (bytes !== undefined)
        seen.write(context.process, context.descriptor(buffer), offset + start, bytes.piece(start, count));
    }
  }
}

function read(facts: Facts, name: HandleName, seen: DeviceSeen, context: StepContext): void {
  for (const buffer of context.buffers(name)) {
    const { offset, length } = within(facts, buffer, context);
    const expected = content(facts, length, context);
    for (const { start, count } of pieces(length)) {
      const got = seen.read(context.process, context.descriptor(buffer), offset + start, count);
      if (expected !== undefined) compareBytes(buffer.name, expected, start, got, context);
    }
  }
}

/** Which bytes of a buffer are meant; a device needs no mapping. */
function within(
  facts: Facts,
  buffer: HeldBuffer,
  context: StepContext,
): { readonly offset: number; readonly length: number } {
  const offset = facts.offset === undefined ? 0n : context.value(facts.offset);
  const text = facts.text === undefined ? undefined : BigInt(new TextEncoder().encode(facts.text).length);
  const length =
    facts.length === undefined ? (text ?? buffer.sizeBytes - offset) : context.value(facts.length);
  if (offset < 0n || length < 0n || offset + length > buffer.sizeBytes) {
    return context.refuse(`offset ${offset} and length ${length} name no bytes of ${buffer.name}`);
  }
  return { offset: Number(offset), length: Number(length) };
}
