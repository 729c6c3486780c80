import { DecisionRecord } from '../base/decisions.ts';
import { hex } from '../base/units.ts';
import { defaultRelease } from '../linux/releases.ts';
import type { BoardDevice, BoardProfile } from '../machine/board.ts';
import { loadBoards } from '../machine/boards.ts';
import { runFirmware } from '../machine/firmware.ts';
import { memoryBanks } from '../machine/memory-nodes.ts';
import { boot } from './boot.ts';
import { loadInput } from './load-input.ts';
import type { RangeSummary } from './summary.ts';

/** A board in the list of `heapboard boards`. */
export interface BoardSummary {
  readonly name: string;
  readonly title: string;
  readonly release: string;
  readonly bootargs: string;
  readonly memory: readonly RangeSummary[];
  /** The CMA area that heaps and devices get by default; null where there is none. */
  readonly defaultArea: { readonly name: string; readonly base: string; readonly size: string } | null;
  readonly architecture: 'arm64' | 'arm';
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
  const summary = (await boot(tree, { board: profile.name })).summary();
  const area = summary.areas.find(({ isDefault }) => isDefault);
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
    architecture: summary.architecture,
    devices: profile.devices,
    source: profile.source,
  };
}
