import type { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import { formatRange, type PhysicalRange, parseRange, rangeEnd, rangesOverlap } from '../base/range.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import { memoryBanks, writeMemory } from './memory-nodes.ts';

/** RAM that the firmware keeps for itself or for another processor, and so never tells the kernel of. */
export interface CarveOut extends PhysicalRange {
  readonly name: string;
}

/** Reads `BASE+SIZE[:NAME]`; undefined where the text is no such thing. */
export function parseCarveOut(text: string): CarveOut | undefined {
  const colon = text.indexOf(':');
  const range = parseRange(colon < 0 ? text : text.slice(0, colon));
  const name = colon < 0 ? 'firmware' : text.slice(colon + 1);
  return range === undefined || range.sizeBytes === 0n || name === '' ? undefined : { ...range, name };
}

/** Takes carve-outs out of the banks that the tree states, in place, as a boot loader does before it starts the kernel. */
export function carveOut(tree: DeviceTree, carveOuts: readonly CarveOut[], decisions: DecisionRecord): void {
  for (const part of carveOuts) {
    const banks: readonly PhysicalRange[] = memoryBanks(tree);
    const left = banks.flatMap((bank) => without(bank, part));
    const touched = banks.some((bank) => rangesOverlap(bank, part));
    if (left.length === 0) {
      throw inputError('memory-impossible', {
        problem: `the carve-out ${part.name} at ${formatRange(part)} leaves no RAM at all`,
      });
    }
    if (touched) writeMemory(tree, left);
    decisions.note({
      subject: 'memory',
      rule: 'firmware/carve-out',
      outcome: touched
        ? `the firmware keeps ${formatRange(part)} for ${part.name}: the kernel never sees it as RAM`
        : `the carve-out ${part.name} at ${formatRange(part)} lies outside RAM and changes nothing`,
      obstacle: touched
        ? {
            what: 'kept by the firmware',
            owner: part.name,
            baseBytes: part.baseBytes,
            sizeBytes: part.sizeBytes,
          }
        : undefined,
      evidence: 'read',
    });
  }
}

function without(bank: PhysicalRange, part: PhysicalRange): readonly PhysicalRange[] {
  if (!rangesOverlap(bank, part)) return [{ baseBytes: bank.baseBytes, sizeBytes: bank.sizeBytes }];
  const pieces = [
    { baseBytes: bank.baseBytes, sizeBytes: part.baseBytes - bank.baseBytes },
    { baseBytes: rangeEnd(part), sizeBytes: rangeEnd(bank) - rangeEnd(part) },
  ];
  return pieces.filter((piece) => piece.sizeBytes > 0n);
}
