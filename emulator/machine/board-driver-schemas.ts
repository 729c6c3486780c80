import * as z from 'zod';
import { parseRange } from '../base/range.ts';
import { parseSize } from '../base/units.ts';
import { type DriverPlan, protectedUses, type TeeFacts, usualProbeNs } from './board-drivers.ts';

/** How drivers and the trusted environment are written in a board.yaml. */

const size = z
  .union([z.string(), z.int()], 'expected a size, such as 8M')
  .transform((written, context): bigint => {
    const bytes = parseSize(String(written));
    if (bytes !== undefined && bytes > 0n) return bytes;
    context.addIssue(`expected a size above 0, such as 8M, not "${written}"`);
    return z.NEVER;
  });

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
