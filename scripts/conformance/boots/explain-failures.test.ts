import { describe, expect, it } from 'vitest';
import { parseRange } from '../../../emulator/base/range.ts';
import { applyEdits } from '../../../emulator/devicetree/edits/edits.ts';
import { parseAssignment, withSymbols } from '../../../emulator/linux/kconfig.ts';
import { releaseNamed } from '../../../emulator/linux/releases.ts';
import { type BootRequest, bootTree } from '../../../emulator/whatif/boot-tree.ts';
import { type Explanation, explainSystem } from '../../../emulator/whatif/explain/explain.ts';
import type { System } from '../../../emulator/whatif/system.ts';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import { requestOf, whyNot } from './emulate-boot.ts';

const records = openRecords(ownRecordsFolder);
const failedStates: readonly string[] = ['failed', 'returned', 'skipped', 'disabled'];

/** What did not come about in a boot, as subjects of explanations. */
function failuresOf(system: System): readonly string[] {
  if (!system.booted) return ['boot'];
  const { regions, decisions } = system.environment;
  const failed = regions.filter(({ state }) => failedStates.includes(state)).map(({ nodePath }) => nodePath);
  const [area] = decisions.about('area:reserved');
  const wasRefused = area?.tried.some(({ baseBytes }) => baseBytes === undefined) ?? false;
  return wasRefused ? [...failed, 'reserved'] : failed;
}

/** A request with a proposed option, as the command line would take it. */
function withOption(request: BootRequest, option: string, value: string): BootRequest {
  const range = () => ({ baseBytes: 0n, sizeBytes: 0n, ...parseRange(value) });
  switch (option) {
    case '--set':
      return { ...request, tree: applyEdits(request.tree, [{ kind: 'set', text: value }]) };
    case '--delete':
      return { ...request, tree: applyEdits(request.tree, [{ kind: 'delete', text: value }]) };
    case '--bootargs':
      return { ...request, bootargs: value };
    case '--dtb-at':
      return { ...request, dtb: range() };
    case '--initrd':
      return { ...request, initrd: range() };
    case '--kernel-image':
      return { ...request, kernelImage: range() };
    case '--kconfig':
      return { ...request, config: withSymbols(request.config, [parseAssignment(value)]) };
    case '--release':
      return { ...request, release: releaseNamed(value) };
    default:
      throw new Error(`no boot has an option ${option}`);
  }
}

/** Whether a changed boot has what failed before: seen from outside, by regions' states and the default area. */
function succeeds(request: BootRequest, option: string, value: string, name: string): boolean {
  const { kernel } = bootTree(withOption(request, option, value));
  if (kernel === undefined) return false;
  if (name === 'boot') return true;
  if (name === 'reserved') return kernel.contiguous.defaultArea !== undefined;
  const region = kernel.regions.find(({ nodePath }) => nodePath === name);
  return region !== undefined && !failedStates.includes(region.state) && region.baseBytes !== undefined;
}

interface Tally {
  failures: number;
  /** A change of one value keeps the whole wish. */
  kept: number;
  /** A smaller wish works. */
  smaller: number;
  readonly without: string[];
}

/** Explains every failure of a kernel's records. */
async function explainAll(
  kernel: string,
  see: (where: string, explanation: Explanation) => void,
): Promise<Tally> {
  const tally: Tally = { failures: 0, kept: 0, smaller: 0, without: [] };
  for (const record of records.boots(kernel)) {
    if (whyNot(record, records) !== undefined) continue;
    const request = await requestOf(record, records);
    const system = bootTree(request);
    for (const name of failuresOf(system)) {
      const explanation = explainSystem(request, system, name);
      tally.failures += 1;
      const proposal = explanation.change ?? explanation.largest;
      if (proposal !== undefined) {
        const where = `${kernel}/${record.name} ${name}: ${proposal.option} ${proposal.value}`;
        expect(succeeds(request, proposal.option, proposal.value, name), where).toBe(true);
      }
      if (explanation.change !== undefined) tally.kept += 1;
      else if (explanation.largest !== undefined) tally.smaller += 1;
      else tally.without.push(`${record.name} ${name}`);
      see(`${kernel}/${record.name} ${name}`, explanation);
    }
  }
  return tally;
}

/** Counts of all kernels, for whoever runs this: how many failures have a change that was proved. */
function report(kernel: string, { failures, kept, smaller, without }: Tally): void {
  console.info(
    `${kernel}: ${failures} failures; ${kept} have a change that keeps the wish, ${smaller} a smaller size only, ` +
      `${without.length} neither`,
  );
}

describe('every failure among the recorded boots', () => {
  it.each(records.kernels.map((kernel) => ({ kernel })))(
    'is explained, on $kernel, and most have a change that was booted',
    async ({ kernel }) => {
      const tally = await explainAll(kernel, (where, { granted, verdict, decisions, asked }) => {
        expect(granted, where).toBe(false);
        expect(verdict.length, where).toBeGreaterThan(20);
        expect(asked.says, where).toMatch(/\.$/);
        const told = decisions.some(({ rule, outcome }) => rule.includes('/') && outcome !== '');
        expect(told || verdict.includes(': '), `${where}: ${verdict}`).toBe(true);
      });
      report(kernel, tally);
      expect(tally.failures).toBeGreaterThan(50);
      expect(tally.kept / tally.failures, tally.without.join(', ')).toBeGreaterThan(0.7);
      expect((tally.kept + tally.smaller) / tally.failures).toBeGreaterThan(0.85);
    },
    600_000,
  );
});
