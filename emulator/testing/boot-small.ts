import { DecisionRecord } from '../base/decisions.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import { type BootOutcome, startKernel } from '../linux/init/main.ts';
import { type Platform, plainPlatform } from '../linux/init/platform.ts';
import { parseAssignment, referenceConfig, withSymbols } from '../linux/kconfig.ts';
import type { LogLine } from '../linux/kernel/printk.ts';
import { releaseNamed } from '../linux/releases.ts';

/** How a test boots a tree. */
export interface SmallBoot {
  readonly release?: string;
  readonly bootargs?: string;
  /** `SYMBOL=value`, over the reference configuration without huge pages. */
  readonly symbols?: readonly string[];
  /** What stands around the kernel beside the tree. */
  readonly platform?: Partial<Platform>;
}

/** Boots a tree with image, tree and no initrd at the beginning of RAM from 0x40000000. */
export function bootSmall(tree: DeviceTree, options: SmallBoot = {}): BootOutcome {
  const release = releaseNamed(options.release ?? '6.1');
  const plain = ['HUGETLBFS=n', 'HUGETLB_PAGE=n', 'TRANSPARENT_HUGEPAGE=n', 'NUMA=n'];
  const symbols = [...plain, ...(options.symbols ?? [])].map(parseAssignment);
  return startKernel({
    release,
    config: withSymbols(referenceConfig(release), symbols),
    handoff: {
      tree,
      kernelImage: { baseBytes: 0x4020_0000n, sizeBytes: 0x80_0000n, certainty: 'stated' },
      dtb: { baseBytes: 0x4100_0000n, sizeBytes: 0x1_0000n, certainty: 'stated' },
      initrd: undefined,
      bootargs: options.bootargs ?? '',
    },
    exportPolicy: 'release',
    decisions: new DecisionRecord(),
    seed: 0,
    platform: { ...plainPlatform, ...options.platform },
  });
}

/** The kernel or, after a panic, what is left of it. */
export function remainsOf(outcome: BootOutcome) {
  return outcome.booted ? outcome.kernel : outcome.dead;
}

/** The texts of the log. */
export function textsOf(outcome: BootOutcome): readonly string[] {
  return remainsOf(outcome).log.lines.map((line: LogLine) => line.text);
}
