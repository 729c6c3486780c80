import { type KernelConfig, parseConfig } from '../../../emulator/linux/kconfig.ts';
import { releaseNamed, releaseNames } from '../../../emulator/linux/releases.ts';
import { type BootRequest, bootTree } from '../../../emulator/whatif/boot-tree.ts';
import type { System } from '../../../emulator/whatif/system.ts';
import { dump } from '../../probe/dumps.ts';
import { Libc } from '../../probe/libc.ts';
import type { BootRecord, Records } from '../../records/record.ts';
import type { BootOutcome } from './outcome.ts';
import { placementOf, treeOf } from './recorded-machine.ts';

const configs = new Map<string, KernelConfig>();

/** The configuration of a record; parsed once. Undefined where nobody has it. */
function configOf(record: BootRecord, records: Records): KernelConfig | undefined {
  if (record.run === null) return undefined;
  const key = `${records.folder} ${record.run.config}`;
  const known = configs.get(key);
  if (known !== undefined) return known;
  const text = records.config(record.run.config);
  if (text === undefined) return undefined;
  const config = parseConfig(text, record.run.config);
  configs.set(key, config);
  return config;
}

/** Why a record cannot be replayed; undefined where it can. */
export function whyNot(record: BootRecord, records: Records): string | undefined {
  if (!releaseNames.includes(record.kernel)) return `release ${record.kernel} is not modelled`;
  if (record.run === null) return 'where image and tree lay, and the configuration, are not recorded';
  if (configOf(record, records) === undefined) return `configuration ${record.run.config} is missing`;
  return undefined;
}

/** Boots the emulator as the record's kernel was booted. */
export async function bootAsRecorded(record: BootRecord, records: Records): Promise<System> {
  return bootTree(await requestOf(record, records));
}

/** All that the boot of a record depends on. */
export async function requestOf(record: BootRecord, records: Records): Promise<BootRequest> {
  const config = configOf(record, records);
  if (config === undefined || record.run === null) throw new Error(`${record.name} cannot be replayed`);
  return {
    ...placementOf(record, record.run),
    tree: await treeOf(record),
    profile: undefined,
    release: releaseNamed(record.kernel),
    config,
    exportPolicy: 'release',
  };
}

const inKiB = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1024);

/** What a system came to, in the terms of the records. */
export function outcomeOf(system: System): BootOutcome {
  const summary = system.summary();
  return {
    booted: summary.booted,
    heaps: summary.heaps.map((heap) => ({ ...heap, mode: Number.parseInt(heap.mode, 8) })),
    areas: summary.areas.map((area) => ({
      name: area.name,
      baseBytes: BigInt(area.base),
      sizeBytes: BigInt(area.size),
      usedPages: area.usedPages,
    })),
    regions: summary.regions.map((region) => ({
      name: region.name,
      state: region.state,
      baseBytes: region.base === null ? undefined : BigInt(region.base),
      sizeBytes: BigInt(region.size),
    })),
    memTotalKiB: inKiB(summary.meminfo.MemTotal),
    cmaTotalKiB: inKiB(summary.meminfo.CmaTotal),
    log: summary.dmesg,
    file: (name) => (summary.booted ? dump(new Libc(system.spawn()), name) : undefined),
    ...(summary.panic === undefined ? {} : { panic: summary.panic }),
  };
}
