import * as z from 'zod';
import type { BootSummary } from '../whatif/summary.ts';

const hex = z
  .string()
  .regex(/^0x[0-9a-f]+$/)
  .describe('an address or a size in bytes');
const count = z.number().int().nonnegative();
const range = { base: hex, size: hex };

const position = z.object({
  file: z.string(),
  line: z.number().int().positive(),
  column: z.number().int().positive().optional(),
  endColumn: z.number().int().positive().optional(),
});

const region = z.object({
  node: z.string().describe('path of the node'),
  name: z.string().describe('name of the node, with its unit address'),
  base: hex.nullable().describe('null where no place was found'),
  size: hex.describe('what was asked for, where no place was found'),
  noMap: z.boolean(),
  reusable: z.boolean(),
  compatible: z.array(z.string()),
  state: z
    .string()
    .describe('reserved, cma, coherent, restricted, failed, returned, disabled or skipped; others may come'),
  reason: z.string().optional().describe('why, where that is no success'),
});

const area = z.object({
  name: z.string(),
  ...range,
  usedPages: count,
  isDefault: z.boolean(),
  active: z.boolean(),
  node: z.string().optional().describe('the node that made it; absent for the cma=/Kconfig area'),
  certainty: z.enum(['exact', 'assumed']).describe('assumed: its place may depend on what was assumed'),
});

const heap = z.object({
  name: z.string(),
  path: z.string(),
  major: count,
  minor: count,
  mode: z.string().regex(/^[0-7]{4}$/),
  uid: count.describe('who owns the node'),
  gid: count,
  kind: z.string().describe('system, cma, tee or other; others may come'),
  area: z.string().optional().describe('name of the area behind a heap of kind cma'),
  exportedBy: z.enum(['release', 'driver', 'node', 'flag', 'policy']).describe('who made it'),
  needs: z.string().optional().describe('what the unpatched release lacks for it'),
});

const module = z.object({
  name: z.string(),
  built: z.enum(['built-in', 'module']),
  loaded: z.boolean(),
  sizeBytes: count.describe('what it takes while it is loaded, or adds to the image where it is built in'),
  size: z.enum(['file', 'estimate']).describe('whether the size was read from a given .ko file'),
  savedBytes: count.describe('what is saved because it is not loaded'),
  problem: z.string().optional().describe('what modprobe printed, where loading it failed'),
});

const decision = z.object({
  subject: z.string().describe('a node, area:NAME, heap:NAME, memory, image, dtb, initrd, bootargs, config'),
  rule: z.string().describe('the rule that decided'),
  tried: z.array(
    z.object({
      what: z.string(),
      base: hex.optional(),
      size: hex.optional(),
      align: hex.optional(),
      result: z.string(),
    }),
  ),
  obstacle: z
    .object({
      what: z.string(),
      owner: z.string().optional(),
      base: hex.optional(),
      size: hex.optional(),
      position: position.optional(),
    })
    .optional(),
  position: position.optional(),
  outcome: z.string(),
  evidence: z.enum(['recorded', 'read', 'inferred']),
});

const device = z.object({
  node: z.string(),
  name: z.string(),
  driver: z.string(),
  regions: z.array(z.string()).describe('regions that were assigned'),
  memory: z.array(
    z.object({
      size: z.string(),
      from: z.string(),
      area: z.string().optional(),
      base: z.string().optional(),
    }),
  ),
});

/**
 * The document of `heapboard boot --json`, schemaVersion 1. Fields may be added, none changes its meaning;
 * unknown fields are let through, as readers should do.
 */
export const bootSummarySchema = z.looseObject({
  schemaVersion: z.literal(1),
  board: z.string().nullable(),
  release: z.string(),
  config: z.string(),
  architecture: z.enum(['arm64', 'arm']),
  pageSize: count,
  bootargs: z.string(),
  booted: z.boolean(),
  panic: z.string().optional(),
  reliance: z.object({
    inferred: z
      .array(z.object({ behaviour: z.string(), says: z.string() }))
      .describe('behaviours of the release that were concluded and not observed, and that were looked at'),
    assumed: z
      .array(z.object({ what: z.enum(['image', 'dtb', 'initrd']), ...range }))
      .describe('what lies in RAM by assumption'),
  }),
  memory: z.array(z.object(range)),
  regions: z.array(region),
  areas: z.array(area),
  heaps: z.array(heap),
  devices: z.array(device).optional().describe('devices whose drivers have probed'),
  proposals: z.array(z.string()).describe('what was tried though no release has it'),
  modules: z.array(module).describe('parts of the kernel that can be modules and were built, loaded or not'),
  exportPolicy: z.string().describe('none, explicit, release or all'),
  againstRelease: z
    .object({ added: z.array(z.string()), missing: z.array(z.string()) })
    .optional()
    .describe('names of heaps that policy release would not have, and that it would'),
  refusedExports: z.array(z.object({ asker: z.string(), why: z.string(), position: position.optional() })),
  meminfo: z.record(z.string(), count).describe('bytes'),
  decisions: z.array(decision),
  dmesg: z.array(z.object({ level: z.number().int().min(0).max(7), text: z.string() })),
}) satisfies z.ZodType<BootSummary>;
