import { inputError } from '../../base/input-error.ts';
import { joinRanges, type PhysicalRange, rangeEnd } from '../../base/range.ts';
import type { FieldFacts, FieldRegion } from './facts.ts';

/** A line of /proc/iomem. */
interface Resource extends PhysicalRange {
  readonly depth: number;
  readonly name: string;
}

const line = /^( *)([0-9a-f]+)-([0-9a-f]+) : (.*)$/;

function readLines(text: string): readonly Resource[] {
  return text.split(/\r?\n/).flatMap((raw) => {
    const match = line.exec(raw);
    if (match === null) return [];
    const [, indent = '', first = '0', last = '0', name = ''] = match;
    const baseBytes = BigInt(`0x${first}`);
    const sizeBytes = BigInt(`0x${last}`) + 1n - baseBytes;
    return [{ depth: indent.length / 2, name: name.trim(), baseBytes, sizeBytes }];
  });
}

/** Reads /proc/iomem: RAM, what of it is not mapped, and the kernel's image. */
export function readIomem(text: string, file: string): FieldFacts {
  const resources = readLines(text);
  if (resources.every((resource) => rangeEnd(resource) <= 1n)) {
    const problem = `${file}: all its addresses are 0: they are shown to root only, read /proc/iomem as root`;
    throw inputError('field-report-poor', { problem });
  }
  const ram = resources.filter(({ depth, name }) => depth === 0 && name === 'System RAM');
  if (ram.length === 0) {
    const problem = `${file}: lists no "System RAM", so it is cut off or of another system than Linux`;
    throw inputError('field-report-poor', { problem });
  }
  // Memory that is kept out of the linear map stands beside RAM, not inside it.
  const hidden = resources.filter(
    (resource) =>
      resource.depth === 0 &&
      /^reserved$/i.test(resource.name) &&
      ram.some((bank) => touches(bank, resource)),
  );
  return {
    banks: joinRanges([...ram, ...hidden]),
    regions: hidden.map(hiddenRegion),
    ...imageOf(resources),
  };
}

function touches(a: PhysicalRange, b: PhysicalRange): boolean {
  return rangeEnd(a) === b.baseBytes || rangeEnd(b) === a.baseBytes;
}

function hiddenRegion({ baseBytes, sizeBytes }: PhysicalRange): FieldRegion {
  const name = `reserved@${baseBytes.toString(16)}`;
  return { name, baseBytes, sizeBytes, noMap: true, reusable: false, compatible: undefined };
}

/** From the kernel's first instruction to the end of its data. */
function imageOf(resources: readonly Resource[]): Pick<FieldFacts, 'kernelImage'> {
  const code = resources.find(({ name }) => name === 'Kernel code');
  const data = resources.find(({ name }) => name === 'Kernel data');
  if (code === undefined || data === undefined) return {};
  return {
    kernelImage: { baseBytes: code.baseBytes, sizeBytes: rangeEnd(data) - code.baseBytes },
  };
}

/** Whether a text looks like /proc/iomem. */
export function looksLikeIomem(text: string): boolean {
  return /^ *[0-9a-f]{8,16}-[0-9a-f]{8,16} : \S/m.test(text);
}
