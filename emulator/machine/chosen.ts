import type { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import { formatRange, type PhysicalRange, rangeEnd } from '../base/range.ts';
import type { DeviceTree, DtNode, DtProperty } from '../devicetree/tree.ts';
import { addNode, setNumbers, setString } from '../devicetree/tree-edit.ts';
import type { FirmwareFacts } from './firmware.ts';
import type { PlacedObject } from './handoff.ts';

/** What the boot loader writes into /chosen: the command line and where the initrd lies. Edits the tree in place. */
export function editChosen(
  tree: DeviceTree,
  facts: FirmwareFacts,
  decisions: DecisionRecord,
): { readonly bootargs: string; readonly initrd: PlacedObject | undefined } {
  return { bootargs: editBootargs(tree, facts, decisions), initrd: editInitrd(tree, facts, decisions) };
}

function editBootargs(tree: DeviceTree, facts: FirmwareFacts, decisions: DecisionRecord): string {
  const own = tree.node('/chosen')?.property('bootargs')?.string;
  const [base, origin] =
    facts.bootargs !== undefined
      ? [facts.bootargs, 'as asked']
      : facts.profile?.bootargs !== undefined
        ? [facts.profile.bootargs, `as the board profile ${facts.profile.name} states`]
        : [own ?? '', own === undefined ? 'empty, nobody states one' : 'as the tree states'];
  const appended = facts.appendBootargs ?? '';
  const bootargs = [base, appended].filter((part) => part !== '').join(' ');
  if (bootargs === (own ?? '')) return bootargs;
  setString(chosen(tree), 'bootargs', bootargs);
  decisions.note({
    subject: 'bootargs',
    rule: 'firmware/bootargs',
    outcome: `the command line is "${bootargs}": ${origin}${appended === '' ? '' : `, with "${appended}" appended`}`,
    evidence: 'read',
  });
  return bootargs;
}

function editInitrd(
  tree: DeviceTree,
  facts: FirmwareFacts,
  decisions: DecisionRecord,
): PlacedObject | undefined {
  const stated = facts.initrd ?? facts.profile?.firmware.initrd;
  if (stated === undefined) return initrdOfTree(tree);
  if (stated.sizeBytes === 0n)
    throw inputError('placement-impossible', { problem: `the initrd at ${formatRange(stated)} has no size` });
  const node = chosen(tree);
  setNumbers(node, 'linux,initrd-start', [{ value: stated.baseBytes, cells: 2 }]);
  setNumbers(node, 'linux,initrd-end', [{ value: rangeEnd(stated), cells: 2 }]);
  decisions.note({
    subject: 'initrd',
    rule: 'firmware/placement',
    outcome: `the initrd lies at ${formatRange(stated)}, as stated`,
    evidence: 'read',
  });
  return { baseBytes: stated.baseBytes, sizeBytes: stated.sizeBytes, certainty: 'stated' };
}

function initrdOfTree(tree: DeviceTree): PlacedObject | undefined {
  const node = tree.node('/chosen');
  const start = wholeNumber(node?.property('linux,initrd-start'));
  const end = wholeNumber(node?.property('linux,initrd-end'));
  if (start === undefined || end === undefined || end <= start) return undefined;
  const range: PhysicalRange = { baseBytes: start, sizeBytes: end - start };
  return { ...range, certainty: 'stated' };
}

/** A number of as many cells as the property has, as early_init_dt_check_for_initrd() reads it. */
function wholeNumber(property: DtProperty | undefined): bigint | undefined {
  if (property === undefined || property.bytes.length < 4) return undefined;
  const value = property.number(0, property.bytes.length >> 2);
  return value === undefined ? undefined : BigInt.asUintN(64, value);
}

function chosen(tree: DeviceTree): DtNode {
  return tree.node('/chosen') ?? addNode(tree.root, 'chosen');
}
