import { z } from 'zod';
import { parseRange } from '../base/range.ts';
import { parseSize } from '../base/units.ts';

/** A driver that the board has beside the modelled ones, and what it allocates when it probes. */
export interface DriverPlan {
  /** Path of its device's node. */
  readonly node: string;
  /** Its name; taken from the node's compatible where it is absent. */
  readonly name: string | undefined;
  /** Virtual time of its probe, from the kernel's start. */
  readonly atNs: bigint;
  /** What it allocates, in that order, and keeps. */
  readonly allocations: readonly bigint[];
  /** Which entry of `memory-region` it asks for. */
  readonly region: number | string | 'none';
  readonly dmaBits: number | undefined;
}

/** The uses of protected memory that a trusted environment may offer. */
export const protectedUses = ['secure-video', 'trusted-ui', 'secure-video-record'] as const;

export type ProtectedUse = (typeof protectedUses)[number];

/** What the trusted environment offers. */
export interface TeeFacts {
  /** Memory that it owns; undefined where it has none of its own. */
  readonly staticPool: { readonly baseBytes: bigint; readonly sizeBytes: bigint } | undefined;
  /** Size of the pool that it wants lent; undefined where it cannot take any. */
  readonly dynamicBytes: bigint | undefined;
  readonly uses: readonly ProtectedUse[];
}

const size = z
  .union([z.string(), z.int()], 'expected a size, such as 8M')
  .transform((written, context): bigint => {
    const bytes = parseSize(String(written));
    if (bytes !== undefined && bytes > 0n) return bytes;
    context.addIssue(`expected a size above 0, such as 8M, not "${written}"`);
    return z.NEVER;
  });

/** The kernel runs its drivers' initcalls around that time, long before the first process. */
const usualProbeNs = 200_000_000n;
const unitNs: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3 };

const time = z.string('expected a time, such as 1.5s or 200ms').transform((written, context): bigint => {
  const match = /^(\d+(?:\.\d+)?)(s|ms|us)$/.exec(written.trim());
  const unit = unitNs[match?.[2] ?? ''];
  if (match !== null && unit !== undefined) return BigInt(Math.round(Number(match[1]) * unit));
  context.addIssue(`expected a time, such as 1.5s or 200ms, not "${written}"`);
  return z.NEVER;
});

/** An entry of `drivers:` in a board.yaml. */
export const driverSchema = z
  .strictObject({
    node: z.string().startsWith('/', 'expected a path of a node, from the root'),
    name: z.string().min(1).optional(),
    at: time.optional(),
    allocate: z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(size)).default([]),
    region: z.union([z.int().min(0), z.string().min(1)]).default(0),
    dmaBits: z.int().min(20).max(64).optional(),
  })
  .transform(
    ({ node, name, at, allocate, region, dmaBits }): DriverPlan => ({
      node,
      name,
      atNs: at ?? usualProbeNs,
      allocations: allocate,
      region,
      dmaBits,
    }),
  );

const poolRange = z.string('expected BASE+SIZE').transform((text, context) => {
  const parsed = parseRange(text);
  if (parsed !== undefined && parsed.sizeBytes > 0n) return parsed;
  context.addIssue(`expected BASE+SIZE with a size above 0, for instance 0x7c000000+32M, not "${text}"`);
  return z.NEVER;
});

/** `tee:` in a board.yaml: what the trusted environment offers to the kernel. */
export const teeSchema = z
  .strictObject({
    static: poolRange.optional(),
    dynamic: size.optional(),
    heaps: z.array(z.enum(protectedUses)).min(1).default(['secure-video']),
  })
  .transform(
    ({ static: staticPool, dynamic, heaps }): TeeFacts => ({
      staticPool,
      dynamicBytes: dynamic,
      uses: heaps,
    }),
  );
