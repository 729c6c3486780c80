import { DecisionRecord } from '../base/decisions.ts';
import { hex } from '../base/units.ts';
import { defaultRelease } from '../linux/releases.ts';
import type { BoardDevice, BoardProfile } from '../machine/board.ts';
import { loadBoards } from '../machine/boards.ts';
import { runFirmware } from '../machine/firmware.ts';
import { memoryBanks } from '../machine/memory-nodes.ts';
import { boot } from './boot.ts';
import { isThirtyTwoBit } from './boot-tree.ts';
import { loadInput } from './load-input.ts';
import type { RangeSummary } from './summary.ts';

/** A board in the list of `heapboard boards`. */
export interface BoardSummary {
  readonly name: string;
  readonly title: string;
  readonly release: string;
  readonly bootargs: string;
  readonly memory: readonly RangeSummary[];
  /** The CMA area that heaps and devices get by default; null where there is none, or the board cannot be booted. */
  readonly defaultArea: { readonly name: string; readonly base: string; readonly size: string } | null;
  /** False for boards of an architecture that is not modelled yet. */
  readonly bootable: boolean;
  /** What no mainline tree describes. */
  readonly devices: readonly BoardDevice[];
  readonly source: string;
}

/** All boards with the RAM and the command line that their firmware hands over. */
export async function listBoards(): Promise<readonly BoardSummary[]> {
  return Promise.all((await loadBoards()).map(summariseBoard));
}

async function summariseBoard(profile: BoardProfile): Promise<BoardSummary> {
  const { tree } = await loadInput(profile.name, {});
  const handoff = runFirmware(tree, { profile }, new DecisionRecord());
  const bootable = !isThirtyTwoBit(tree);
  const area = bootable
    ? (await boot(tree, { board: profile.name })).summary().areas.find(({ isDefault }) => isDefault)
    : undefined;
  return {
    name: profile.name,
    title: profile.title,
    release: profile.release ?? defaultRelease,
    bootargs: handoff.bootargs,
    memory: memoryBanks(handoff.tree).map((bank) => ({
      base: hex(bank.baseBytes),
      size: hex(bank.sizeBytes),
    })),
    defaultArea: area === undefined ? null : { name: area.name, base: area.base, size: area.size },
    bootable,
    devices: profile.devices,
    source: profile.source,
  };
}
