import { DecisionRecord } from '../base/decisions.ts';
import { MiB } from '../base/units.ts';
import { DeviceTree, DtNode, DtProperty } from '../devicetree/tree.ts';
import type { Kernel } from '../linux/init/kernel.ts';
import { startKernel } from '../linux/init/main.ts';
import { type Platform, plainPlatform } from '../linux/init/platform.ts';
import { parseAssignment, referenceConfig, withSymbols } from '../linux/kconfig.ts';
import { releaseNamed } from '../linux/releases.ts';

/** A CMA pool of the small tree. */
export interface SmallPool {
  readonly name: string;
  /** In pages of 4 KiB. */
  readonly pageCount: number;
  readonly isDefault?: boolean;
}

/** What a test wants of its kernel. */
export interface SmallKernelOptions {
  readonly release?: string;
  /** `SYMBOL=value`, over the reference configuration. */
  readonly symbols?: readonly string[];
  readonly exportPolicy?: string;
  /** CMA pools, in the order of the tree; each is a default one unless it says otherwise. */
  readonly areas?: readonly SmallPool[];
  readonly ramMiB?: number;
  readonly bootargs?: string;
  /** What stands around the kernel beside its tree. */
  readonly platform?: Partial<Platform>;
}

const ramBase = 0x4000_0000n;

function cells(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value);
  });
  return bytes;
}

function wide(value: bigint): readonly [number, number] {
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)];
}

const text = (value: string) => new TextEncoder().encode(`${value}\0`);

function node(parent: DtNode, name: string, properties: Readonly<Record<string, Uint8Array>>): DtNode {
  const made = new DtNode(name, parent);
  parent.children.push(made);
  for (const [key, bytes] of Object.entries(properties)) made.properties.set(key, new DtProperty(key, bytes));
  return made;
}

function treeOf(ramMiB: number, pools: readonly SmallPool[]): DeviceTree {
  const root = new DtNode('');
  for (const key of ['#address-cells', '#size-cells'])
    root.properties.set(key, new DtProperty(key, cells(2)));
  const size = wide(BigInt(ramMiB) * MiB);
  node(root, 'memory@40000000', { device_type: text('memory'), reg: cells(...wide(ramBase), ...size) });
  if (pools.length > 0) {
    const reserved = node(root, 'reserved-memory', {
      '#address-cells': cells(2),
      '#size-cells': cells(2),
      ranges: cells(),
    });
    for (const { name, pageCount, isDefault } of pools) {
      node(reserved, name, {
        compatible: text('shared-dma-pool'),
        reusable: cells(),
        size: cells(...wide(BigInt(pageCount) * 4096n)),
        ...(isDefault === false ? {} : { 'linux,cma-default': cells() }),
      });
    }
  }
  return new DeviceTree({ root, file: 'small-kernel.dts' });
}

/**
 * A kernel that was booted on a small tree: RAM from 0x40000000 and one default CMA pool of 32 MiB, where nothing else
 * is said. For tests of rooms that do not care how memory was laid out. A boot that panics is a test's mistake.
 */
export function smallKernel(options: SmallKernelOptions = {}): Kernel {
  const { areas = [{ name: 'linux,cma', pageCount: 8192 }], ramMiB = 256, bootargs = '' } = options;
  const release = releaseNamed(options.release ?? '6.1');
  const place = (offsetMiB: bigint, sizeBytes: bigint) => ({
    baseBytes: ramBase + offsetMiB * MiB,
    sizeBytes,
    certainty: 'stated' as const,
  });
  const outcome = startKernel({
    handoff: {
      tree: treeOf(ramMiB, areas),
      kernelImage: place(2n, 16n * MiB),
      dtb: place(32n, 4096n),
      initrd: undefined,
      bootargs,
    },
    release,
    config: withSymbols(referenceConfig(release), (options.symbols ?? []).map(parseAssignment)),
    exportPolicy: options.exportPolicy ?? 'release',
    decisions: new DecisionRecord(),
    seed: 0,
    platform: { ...plainPlatform, ...options.platform },
  });
  if (!outcome.booted) throw new Error(`the small kernel panicked: ${outcome.panic}`);
  return outcome.kernel;
}
