import type { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import { formatRange, joinRanges, type PhysicalRange, rangeEnd } from '../base/range.ts';
import { fdtSize } from '../devicetree/fdt-size.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import { copyTree } from '../devicetree/tree-edit.ts';
import type { ArchitectureName } from './architecture.ts';
import type { BoardProfile, Placement } from './board.ts';
import { type CarveOut, carveOut } from './carve-out.ts';
import { editChosen } from './chosen.ts';
import { type EfiMemoryRow, useOfEfiMemory } from './efi-memory-map.ts';
import type { Handoff, PlacedObject } from './handoff.ts';
import { fillMemory, listBanks } from './memory-fill.ts';
import { memoryBanks } from './memory-nodes.ts';
import { type AssumedPlace, assumeBlob, assumeImage, type Occupied, occupiedByTree } from './placement.ts';

/** What the firmware knows beyond the tree. What is stated here goes before the board's profile. */
export interface FirmwareFacts extends Placement {
  readonly profile?: BoardProfile | undefined;
  /** For which architecture the kernel is, which decides where its image may lie; arm64 where it is absent. */
  readonly architecture?: ArchitectureName | undefined;
  /** Banks that replace every memory node of the tree. */
  readonly memory?: readonly PhysicalRange[] | undefined;
  /** Replaces the command line. */
  readonly bootargs?: string | undefined;
  /** Added to the command line, whichever it is. */
  readonly appendBootargs?: string | undefined;
  /** RAM that the firmware keeps; beside what the profile says. */
  readonly carveOuts?: readonly CarveOut[] | undefined;
  /** The EFI memory map: EFI firmware starts the kernel. */
  readonly efiMemoryMap?: readonly EfiMemoryRow[] | undefined;
  /** `none` boots the tree exactly as it stands. */
  readonly firmware?: 'none' | 'board' | undefined;
}

/**
 * The stage between the file and the kernel: writes RAM and /chosen into a copy of the tree, as a boot loader does,
 * and says where the kernel image, the blob and the initrd lie. What it invents or alters goes into the record.
 * A tree whose RAM nobody states is an InputError.
 */
export function runFirmware(source: DeviceTree, given: FirmwareFacts, decisions: DecisionRecord): Handoff {
  const tree = copyTree(source);
  const efiMemoryMap = given.firmware === 'none' ? undefined : chooseEfiMap(given);
  const facts = given.firmware === 'none' ? asItStands(given) : withEfiRam(given, efiMemoryMap);
  fillMemory(tree, facts, decisions);
  const carveOuts = [...(facts.profile?.firmware.carveOuts ?? []), ...(facts.carveOuts ?? [])];
  carveOut(tree, carveOuts, decisions);
  const { bootargs, initrd } = editChosen(tree, facts, decisions);
  const banks = memoryBanks(tree);

  const stated = {
    kernelImage: facts.kernelImage ?? facts.profile?.firmware.kernelImage,
    dtb: facts.dtb ?? facts.profile?.firmware.dtb,
  };
  const occupied = [
    ...occupiedByTree(tree),
    ...owned('the initrd', initrd),
    ...owned('the kernel image', stated.kernelImage),
    ...owned('the devicetree blob', stated.dtb),
  ];

  const image =
    stated.kernelImage === undefined
      ? noteAssumed(
          'image',
          'kernel image',
          assumeImage(banks, occupied, given.architecture),
          '--kernel-image',
          decisions,
        )
      : noteStated('image', 'kernel image', inRam('kernel image', stated.kernelImage, banks), decisions);
  const dtb =
    stated.dtb === undefined
      ? noteAssumed(
          'dtb',
          'devicetree blob',
          assumeBlob(banks, bankOf(image, banks), BigInt(fdtSize(tree)), [
            ...occupied,
            ...owned('the kernel image', image),
          ]),
          '--dtb-at',
          decisions,
        )
      : noteStated('dtb', 'devicetree blob', stated.dtb, decisions);
  return { tree, kernelImage: image, dtb, initrd, bootargs, efiMemoryMap, carveOuts };
}

/** Without a firmware stage nothing may be altered; where image and blob lie is still told. */
function asItStands(facts: FirmwareFacts): FirmwareFacts {
  const alters =
    (facts.memory ?? []).length > 0 ||
    (facts.carveOuts ?? []).length > 0 ||
    [facts.bootargs, facts.appendBootargs, facts.initrd, facts.efiMemoryMap].some(
      (fact) => fact !== undefined,
    );
  if (alters) {
    throw inputError('usage', {
      problem:
        '--firmware none boots the tree as it stands: it takes no RAM, command line, initrd or carve-outs',
    });
  }
  return { kernelImage: facts.kernelImage, dtb: facts.dtb };
}

function chooseEfiMap(facts: FirmwareFacts): readonly EfiMemoryRow[] | undefined {
  if (facts.efiMemoryMap !== undefined) return facts.efiMemoryMap;
  const { profile } = facts;
  if (profile?.firmware.kind !== 'efi') return undefined;
  if (profile.firmware.memoryMap.length > 0) return profile.firmware.memoryMap;
  throw inputError('memory-impossible', {
    problem: `${profile.name} is started by EFI firmware, whose memory map nobody gave; give the log of a boot with efi=debug by --efi-map FILE`,
  });
}

/** EFI firmware's map is the RAM; the tree's memory nodes do not count. */
function withEfiRam(facts: FirmwareFacts, map: readonly EfiMemoryRow[] | undefined): FirmwareFacts {
  if (map === undefined) return facts;
  const memory = map.filter((row) => useOfEfiMemory(row.type) !== 'device');
  return { ...facts, memory: joinRanges(memory) };
}

function owned(owner: string, range: PhysicalRange | undefined): readonly Occupied[] {
  return range === undefined ? [] : [{ baseBytes: range.baseBytes, sizeBytes: range.sizeBytes, owner }];
}

function bankOf(range: PhysicalRange, banks: readonly PhysicalRange[]): PhysicalRange | undefined {
  return banks.find((bank) => bank.baseBytes <= range.baseBytes && rangeEnd(range) <= rangeEnd(bank));
}

/** A kernel cannot run where there is no RAM; banks that touch count as one. */
function inRam(what: string, range: PhysicalRange, banks: readonly PhysicalRange[]): PhysicalRange {
  let covered = range.baseBytes;
  for (;;) {
    const bank = banks.find(
      ({ baseBytes, sizeBytes }) => baseBytes <= covered && covered < baseBytes + sizeBytes,
    );
    if (bank === undefined) break;
    covered = rangeEnd(bank);
    if (covered >= rangeEnd(range)) return range;
  }
  throw inputError('placement-impossible', {
    problem: `the ${what} at ${formatRange(range)} does not lie in RAM, which is ${listBanks(banks)}`,
  });
}

function noteStated(
  subject: string,
  what: string,
  range: PhysicalRange,
  decisions: DecisionRecord,
): PlacedObject {
  decisions.note({
    subject,
    rule: 'firmware/placement',
    outcome: `the ${what} lies at ${formatRange(range)}, as stated`,
    evidence: 'read',
  });
  return { baseBytes: range.baseBytes, sizeBytes: range.sizeBytes, certainty: 'stated' };
}

function noteAssumed(
  subject: string,
  what: string,
  place: AssumedPlace | undefined,
  option: string,
  decisions: DecisionRecord,
): PlacedObject {
  if (place === undefined)
    throw inputError('placement-impossible', {
      problem: `no bank of RAM has room for the ${what} where a boot loader would put it; say where it lies with ${option} BASE+SIZE`,
    });
  const [obstacle] = place.madeWayFor;
  decisions.note({
    subject,
    rule: 'firmware/placement',
    tried: place.madeWayFor.map(({ owner }) => ({
      what: 'a lower 2 MiB boundary',
      result: `touches ${owner}`,
    })),
    obstacle: obstacle === undefined ? undefined : { what: `touches ${obstacle.owner}`, ...obstacle },
    outcome: `the ${what} is assumed at ${formatRange(place)}, nobody stated it`,
    evidence: 'inferred',
  });
  return { baseBytes: place.baseBytes, sizeBytes: place.sizeBytes, certainty: 'assumed' };
}
