import type { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import { formatRange, type PhysicalRange } from '../base/range.ts';
import { formatSize } from '../base/units.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { FirmwareFacts } from './firmware.ts';
import { checkBanks, memoryBanks, memoryNodes, writeMemory } from './memory-nodes.ts';

/** Decides which banks the kernel sees; writes them into the tree, in place, where it does not state them itself. */
export function fillMemory(tree: DeviceTree, facts: FirmwareFacts, decisions: DecisionRecord): void {
  const own = memoryBanks(tree);
  const { banks, origin, evidence } = chooseBanks(tree, own, facts);
  const [node] = memoryNodes(tree);
  const position = node === undefined ? undefined : () => tree.positionOf(node, 'reg');
  const before = describeOwn(tree, own);
  checkBanks(banks);
  if (banks !== own) writeMemory(tree, banks);
  decisions.note({
    subject: 'memory',
    rule: 'firmware/memory',
    position,
    outcome: `RAM is ${listBanks(banks)}, ${origin}${banks === own ? '' : `; ${before}`}`,
    evidence,
  });
}

interface ChosenBanks {
  readonly banks: readonly PhysicalRange[];
  readonly origin: string;
  readonly evidence: 'read' | 'inferred';
}

/** What was asked for goes before the tree, and the tree before the profile: the profile only fills a gap. */
function chooseBanks(tree: DeviceTree, own: readonly PhysicalRange[], facts: FirmwareFacts): ChosenBanks {
  const asked = facts.memory ?? [];
  const { profile } = facts;
  if (asked.length > 0) return { banks: asked, origin: 'as asked', evidence: 'read' };
  if (own.length > 0) return { banks: own, origin: 'as the tree states', evidence: 'read' };
  if (profile !== undefined && profile.memory.length > 0)
    return {
      banks: profile.memory,
      origin: `as the board profile ${profile.name} states`,
      evidence: 'inferred',
    };
  const [node] = memoryNodes(tree);
  const position = node === undefined ? undefined : tree.positionOf(node, 'reg');
  const problem = describeOwn(tree, own);
  throw inputError(
    'memory-missing',
    { problem: position === undefined ? `${tree.file}: ${problem}` : problem },
    { position },
  );
}

/** What the tree says of RAM by itself. */
function describeOwn(tree: DeviceTree, own: readonly PhysicalRange[]): string {
  const nodes = memoryNodes(tree);
  const [first] = nodes;
  if (first === undefined) return 'the tree has no memory node, which leaves the RAM to the boot loader';
  if (own.length > 0) return `the tree states ${listBanks(own)}`;
  if (!nodes.some((node) => node.available)) return `the memory node ${first.path} is disabled`;
  return `the memory node ${first.path} is empty, which leaves the RAM to the boot loader`;
}

/** Banks and their sum, for sentences. */
export function listBanks(banks: readonly PhysicalRange[]): string {
  const total = banks.reduce((sum, bank) => sum + bank.sizeBytes, 0n);
  return `${banks.map(formatRange).join(', ')} (${formatSize(total)})`;
}
