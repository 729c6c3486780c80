import { type Fact, fact } from '../fact.ts';
import type { BootOutcome } from './outcome.ts';

const comparedFiles = ['/sys/class/dma_heap/', '/sys/kernel/mm/cma/', '/sys/kernel/debug/cma/'];
const comparedListings = ['ls:/sys/class/dma_heap', 'ls:/dev/dma_heap', 'dt:reserved-memory'];

/** The line of /proc/devices that names the class. */
const heapMajor = (text: string | undefined) => text?.split('\n').find((line) => line.endsWith(' dma_heap'));

/** Compares the files of /proc and /sys that the record holds and that depend on memory and heaps alone. */
export function compareFiles(
  recorded: Readonly<Record<string, string>>,
  outcome: BootOutcome,
): Fact<'files'>[] {
  if (outcome.file === undefined) return [];
  const { file } = outcome;
  return Object.entries(recorded).flatMap(([name, text]): Fact<'files'>[] => {
    if (name === 'file:/proc/devices') return [fact('files', name, heapMajor(text), heapMajor(file(name)))];
    const compared =
      comparedListings.includes(name) || comparedFiles.some((folder) => name.startsWith(`file:${folder}`));
    return compared ? [compareText(name, text, file(name))] : [];
  });
}

/** A whole text as one fact, which shows the first lines that differ. */
function compareText(name: string, recorded: string, emulated: string | undefined): Fact<'files'> {
  const [before, after] = [recorded, emulated].map((text) => text?.split('\n'));
  const line = (before ?? []).findIndex((text, index) => text !== after?.[index]);
  if (recorded === emulated || emulated === undefined || line < 0)
    return fact('files', name, recorded, emulated);
  return fact('files', `${name} line ${line + 1}`, before?.[line], after?.[line]);
}
