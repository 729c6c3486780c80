import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { PhysicalRange } from '../base/range.ts';
import { architectureNames } from '../machine/architecture.ts';
import { packagePath } from '../machine/package-path.ts';
import { boot } from '../whatif/boot.ts';
import type { System } from '../whatif/system.ts';

const address = z.int().min(0);

const schema = z.strictObject({
  board: z.string(),
  /** Where it was published. */
  source: z.string(),
  /** The kernel that printed it. */
  kernel: z.string(),
  /** The nearest release that is modelled. */
  release: z.string(),
  arch: z.enum(architectureNames).default('arm64'),
  /** What the log does not say, and what was taken instead. */
  states: z.array(z.string()).min(1),
  tree: z.string(),
  configuration: z.record(z.string(), z.union([z.boolean(), z.int()])).default({}),
  /** Where the areas landed, by name. */
  placed: z.record(z.string(), address),
  /**
   * Something that the log does not show, in whose way the area would have been: `within` which addresses it begins and
   * ends, and where the area would lie without it.
   */
  unknown: z.strictObject({ within: z.tuple([address, address]), without: address }).optional(),
  /** Lines that the log has, in its order. */
  log: z.array(z.string()).default([]),
});

/** A boot log of a real board that somebody published: what it says went in, and what came out. */
export type PublicLog = z.output<typeof schema> & { readonly name: string };

/** All of fixtures/kernel/public-logs, by name. */
export function readPublicLogs(): readonly PublicLog[] {
  const folder = packagePath('fixtures/kernel/public-logs');
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => ({
    ...schema.parse(parse(readFileSync(join(folder, file), 'utf8'))),
    name: file.replace(/\.yaml$/, ''),
  }));
}

/** Boots what a log tells of, with the devicetree blob somewhere else than it is assumed. */
export function bootPublicLog(log: PublicLog, dtb?: PhysicalRange): Promise<System> {
  const symbolText = (value: boolean | number): string =>
    typeof value === 'number' ? String(value) : value ? 'y' : 'n';
  const kconfig = Object.entries(log.configuration).map(
    ([symbol, value]) => `${symbol}=${symbolText(value)}`,
  );
  const options = { release: log.release, arch: log.arch, kconfig, dtb };
  return boot('-', options, { stdin: async () => new TextEncoder().encode(log.tree) });
}
