import { dirname, join } from 'node:path';
import * as z from 'zod';
import { inputError } from '../base/input-error.ts';
import { parseRange } from '../base/range.ts';
import { parseYaml, validateYaml, type YamlFailure } from '../base/yaml-input.ts';
import { architectureNames } from './architecture.ts';
import type { BoardProfile } from './board.ts';
import { driverSchema, teeSchema } from './board-driver-schemas.ts';
import { parseCarveOut } from './carve-out.ts';
import { efiMemoryTypes } from './efi-memory-map.ts';
import { vendorHeapSchema } from './vendor-heaps.ts';

const range = z.string('expected BASE+SIZE, for instance 0x40000000+1G').transform((text, context) => {
  const parsed = parseRange(text);
  if (parsed !== undefined && parsed.sizeBytes > 0n) return parsed;
  context.addIssue(`expected BASE+SIZE with a size above 0, for instance 0x40000000+1G, not "${text}"`);
  return z.NEVER;
});

const carveOut = z
  .string('expected BASE+SIZE[:NAME], for instance 0x3b400000+76M:gpu')
  .transform((text, context) => {
    const parsed = parseCarveOut(text);
    if (parsed !== undefined) return parsed;
    context.addIssue(`expected BASE+SIZE[:NAME], for instance 0x3b400000+76M:gpu, not "${text}"`);
    return z.NEVER;
  });

const memoryRow = z.strictObject({ type: z.enum(efiMemoryTypes), range });

const symbol = z
  .string()
  .regex(/^(?!CONFIG_)[A-Z0-9_]+$/, 'expected a symbol without CONFIG_, such as CMA_SIZE_MBYTES');

const symbolValue = z.union([z.string(), z.number(), z.boolean()]).transform((value) => {
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  return String(value);
});

const device = z.strictObject({
  name: z.string().min(1),
  node: z.string().startsWith('/', 'expected a path of a node, from the root'),
  compatible: z.string().min(1),
  needs: z.enum(['contiguous', 'scattered']),
  downstream: z.boolean().default(false),
  source: z.string().min(1),
});

const regionExport = z.strictObject({
  device: z.string().startsWith('/', 'expected the path of a node, from the root'),
  region: z.string().min(1).optional(),
});

/** An entry of `suppress:`, here and in a file of its own. */
export const suppression = z.strictObject({
  id: z.string().min(1),
  node: z.string().min(1).optional(),
  reason: z.string('expected why it is no matter').trim().min(1, 'expected why it is no matter'),
});

/** What a board.yaml may say. */
const boardFileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected a name of small letters, digits, dots and dashes'),
  title: z.string().min(1),
  source: z.string().min(1),
  dts: z.string().min(1),
  release: z.string('expected a release in quotes, such as "6.12"').min(1).optional(),
  arch: z.enum(architectureNames, 'expected arm64 or arm').optional(),
  bootargs: z.string().optional(),
  memory: z.array(range).default([]),
  configuration: z.record(symbol, symbolValue).default({}),
  firmware: z
    .strictObject({
      kind: z.enum(['bootloader', 'efi']).default('bootloader'),
      kernelImage: range.optional(),
      initrd: range.optional(),
      dtb: range.optional(),
      carveouts: z.array(carveOut).default([]),
      memoryMap: z.array(memoryRow).default([]),
    })
    .prefault({}),
  devices: z.array(device).default([]),
  drivers: z.array(driverSchema).default([]),
  tee: teeSchema.optional(),
  exports: z.array(regionExport).default([]),
  heaps: z.array(vendorHeapSchema).default([]),
  suppress: z.array(suppression).default([]),
});

const fail: YamlFailure = (problem, position) =>
  inputError('board-profile-broken', { problem }, { position });

/** Reads the text of a board.yaml; a mistake in it is an InputError with line and column. */
export function parseBoardFile(text: string, file: string): BoardProfile {
  const document = parseYaml(text, file, fail);
  const facts = validateYaml(document, boardFileSchema, fail);
  return {
    name: facts.name,
    title: facts.title,
    source: facts.source,
    file,
    dtsFile: join(dirname(file), facts.dts),
    memory: facts.memory,
    bootargs: facts.bootargs,
    release: facts.release,
    architecture: facts.arch,
    configuration: new Map(Object.entries(facts.configuration)),
    firmware: {
      kind: facts.firmware.kind,
      kernelImage: facts.firmware.kernelImage,
      initrd: facts.firmware.initrd,
      dtb: facts.firmware.dtb,
      carveOuts: facts.firmware.carveouts,
      memoryMap: facts.firmware.memoryMap.map((row) => ({ type: row.type, ...row.range })),
    },
    devices: facts.devices,
    drivers: facts.drivers,
    tee: facts.tee,
    exports: facts.exports,
    suppress: facts.suppress.map((one, index) => ({
      ...one,
      position: document.positionOf(['suppress', index]),
    })),
    heaps: facts.heaps,
  };
}
