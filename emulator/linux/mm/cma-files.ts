import { type Directory, PseudoFile, SymbolicLink } from '../fs/libfs.ts';
import type { Kernel } from '../init/kernel.ts';
import { memparse } from '../lib/cmdline.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import type { CmaArea } from './cma.ts';

/** What /sys/kernel/mm/cma and debugfs show of areas. Plays mm/cma_sysfs.c and mm/cma_debug.c. */

const sysfsValues: Readonly<Record<string, (area: CmaArea) => number | bigint>> = {
  alloc_pages_success: ({ statistics }) => statistics.allocatedPages,
  alloc_pages_fail: ({ statistics }) => statistics.failedPages,
  release_pages_success: ({ statistics }) => statistics.releasedPages,
  total_pages: ({ pageCount }) => pageCount,
  available_pages: ({ pageCount, usedPages }) => pageCount - usedPages,
};

/** cma_sysfs_init(): which files there are is the release's affair. */
export function addCmaSysfs(kernel: Kernel): Errno {
  const { cmaSysfs: names, inactiveAreasInSysfs } = kernel.release.behaviours;
  if (names.length === 0) return 0;
  const { sys } = kernel.mounts;
  const root = sys.folder('kernel').folder('mm').folder('cma');
  for (const area of kernel.cma.all) {
    if (!area.active && !inactiveAreasInSysfs) continue;
    const folder = root.folder(area.name);
    for (const name of names) {
      const show = () => `${sysfsValues[name]?.(area) ?? 0}\n`;
      folder.add(name, new PseudoFile(sys.fileSystem, 0o444, { show }, 4096));
    }
  }
  return 0;
}

const debugFiles: Readonly<Record<string, (area: CmaArea) => string>> = {
  base_pfn: ({ basePfn }) => `${basePfn}\n`,
  count: ({ pageCount }) => `${pageCount}\n`,
  order_per_bit: () => '0\n',
  used: ({ usedPages }) => `${usedPages}\n`,
  maxchunk: ({ largestFreeRun }) => `${largestFreeRun}\n`,
  bitmap: ({ bitmapWords }) => (bitmapWords.length === 0 ? '' : `${Array.from(bitmapWords).join(' ')}\n`),
};

/** cma_debugfs_init(): with `alloc` and `free`, which take a number of pages. */
export function addCmaDebugfs(kernel: Kernel): Errno {
  const { debug } = kernel.mounts;
  for (const area of kernel.cma.all) {
    const folder = debug.folder('cma').folder(debugName(kernel, area));
    for (const [name, show] of Object.entries(debugFiles)) {
      folder.add(name, new PseudoFile(debug.fileSystem, 0o444, { show: () => show(area) }));
    }
    if (kernel.release.behaviours.cmaDebugfsRanges) addRange(folder);
    const taken: { readonly pfn: number; readonly count: number }[] = [];
    const command = (store: (pages: number) => Errno) =>
      new PseudoFile(debug.fileSystem, 0o200, { store: (text) => withNumber(text, store) });
    folder.add(
      'alloc',
      command((pages) => allocate(area, taken, pages)),
    );
    folder.add(
      'free',
      command((pages) => free(area, taken, pages)),
    );
  }
  return 0;
}

/** ranges/0 holds the only range's files; the old names lead there. */
function addRange(folder: Directory): void {
  const range = folder.folder('ranges').folder('0');
  for (const name of ['base_pfn', 'bitmap']) {
    const file = folder.child(name);
    if (file === undefined) continue;
    range.add(name, file);
    folder.add(name, new SymbolicLink(folder.fileSystem, `ranges/0/${name}`));
  }
}

/** Older releases call the folder `cma-NAME`, cut to 15 characters. */
function debugName(kernel: Kernel, area: CmaArea): string {
  return kernel.release.behaviours.cmaDebugfsName === 'cma-name-cut'
    ? `cma-${area.name}`.slice(0, 15)
    : area.name;
}

/** DEFINE_SIMPLE_ATTRIBUTE: one number in C notation, of which the low 32 bits count. */
function withNumber(text: string, store: (pages: number) => Errno): Errno {
  const digits = /^\s*\+?(0x[0-9a-f]+|\d+)\n?$/i.exec(text)?.[1];
  if (digits === undefined) return -errno.EINVAL;
  const { value, rest } = memparse(digits);
  return rest === '' ? store(Number(BigInt.asIntN(32, value))) : -errno.EINVAL;
}

function allocate(area: CmaArea, taken: { pfn: number; count: number }[], count: number): Errno {
  const pfn = count > 0 ? area.alloc(count, 0) : -errno.ENOMEM;
  if (pfn < 0) return -errno.ENOMEM;
  taken.push({ pfn, count });
  return 0;
}

/** Gives back the newest allocations first; a part of one where fewer pages are wanted. */
function free(area: CmaArea, taken: { pfn: number; count: number }[], wanted: number): Errno {
  for (let left = wanted; left > 0; ) {
    const last = taken.pop();
    if (last === undefined) break;
    const count = Math.min(left, last.count);
    area.release(last.pfn, count);
    if (count < last.count) taken.push({ pfn: last.pfn + count, count: last.count - count });
    left -= count;
  }
  return 0;
}
