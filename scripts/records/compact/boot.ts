import * as z from 'zod';
import { type BootRecord, bootRecordSchema, type RecordedLogLine } from '../record.ts';
import { applyEdits, editsBetween, lineEditSchema } from './line-edits.ts';
import { composeTree, machineName } from './tree.ts';

/** What the boots of one experiment on several kernels share. */
export const experimentSchema = bootRecordSchema.pick({ name: true, note: true, ram: true, fragment: true });

export type Experiment = z.infer<typeof experimentSchema>;

/** One boot as it is stored: whole but for what the experiment and the machine's tree say already. */
export const compactBootSchema = bootRecordSchema
  .omit({ tree: true, log: true, memblockReservedAtEnd: true })
  .partial({ note: true, ram: true, fragment: true })
  .extend({
    /** From the tree that base and fragment make to the one that was booted. */
    treeEdits: z.array(lineEditSchema),
    /** `<6>text`, or the text alone where the level is not known. */
    log: z.array(z.string()),
    /** `first-last`, in hex without the leading zeros. */
    reservedAtEnd: z.array(z.string().regex(/^[0-9a-f]+-[0-9a-f]+$/)),
  });

export type CompactBoot = z.infer<typeof compactBootSchema>;

/** The machine's own tree, by `machineName`. */
export type BaseTrees = ReadonlyMap<string, string>;

function baseTree(trees: BaseTrees, ram: string): string {
  const tree = trees.get(machineName(ram));
  if (tree === undefined) throw new Error(`no base tree for ${ram} of RAM`);
  return tree;
}

const packLine = (line: RecordedLogLine) =>
  line.level === undefined ? line.text : `<${line.level}>${line.text}`;

function unpackLine(line: string): RecordedLogLine {
  const match = /^<([0-7])>/.exec(line);
  return match === null ? { text: line } : { level: Number(match[1]), text: line.slice(3) };
}

const trimmed = (address: string) => BigInt(address).toString(16);
const padded = (digits = '') => `0x${digits.padStart(16, '0')}`;

/** Packs a boot. Lossless: `unpackBoot` gives the same record back. */
export function packBoot(record: BootRecord, experiment: Experiment, trees: BaseTrees): CompactBoot {
  const { tree, log, memblockReservedAtEnd, note, ram, fragment, ...rest } = record;
  return {
    ...rest,
    ...(note === experiment.note ? {} : { note }),
    ...(ram === experiment.ram ? {} : { ram }),
    ...(fragment === experiment.fragment ? {} : { fragment }),
    treeEdits: editsBetween(composeTree(baseTree(trees, ram), fragment), tree),
    log: log.map(packLine),
    reservedAtEnd: memblockReservedAtEnd.map(([first, last]) => `${trimmed(first)}-${trimmed(last)}`),
  };
}

/** The record that was packed. */
export function unpackBoot(packed: CompactBoot, experiment: Experiment, trees: BaseTrees): BootRecord {
  const { treeEdits, log, reservedAtEnd, ...rest } = packed;
  const note = packed.note ?? experiment.note;
  const ram = packed.ram ?? experiment.ram;
  const fragment = packed.fragment ?? experiment.fragment;
  return {
    ...rest,
    note,
    ram,
    fragment,
    tree: applyEdits(composeTree(baseTree(trees, ram), fragment), treeEdits),
    log: log.map(unpackLine),
    memblockReservedAtEnd: reservedAtEnd.map((range) => {
      const [first, last] = range.split('-');
      return [padded(first), padded(last)];
    }),
  };
}
