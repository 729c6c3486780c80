import { describe, expect, test } from 'vitest';
import { writeFdt } from '../devicetree/fdt.ts';
import { loadDeviceTreeFile } from '../devicetree/node.ts';
import { referenceConfig } from '../linux/kconfig.ts';
import { releaseNamed } from '../linux/releases.ts';
import { O_CLOEXEC, O_RDWR } from '../linux/uapi/fcntl.ts';
import { loadBoard } from '../machine/boards.ts';
import { bootSummarySchema } from '../report/boot-json.ts';
import { boot } from './boot.ts';
import { bootTree } from './boot-tree.ts';

const deadPool = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		pool@a0000000 { compatible = "shared-dma-pool"; reusable; reg = <0 0xa0000000 0 0x2000000>; };
	};
};
`;

const stdin = async () => new TextEncoder().encode(deadPool);

describe('boot', () => {
  test('gives a system on which a process allocates from the CMA heap', async () => {
    const system = await boot('hikey');
    const program = system.spawn();
    const heap = program.open('/dev/dma_heap/linux,cma', O_RDWR | O_CLOEXEC);
    const before = system.summary().areas[0]?.usedPages ?? 0;
    const buffer = program.dmaHeapAlloc(heap, 1 << 20, O_RDWR | O_CLOEXEC);
    expect(system.summary().areas[0]?.usedPages).toBe(before + 256);
    program.close(buffer);
    expect(system.summary().areas[0]?.usedPages).toBe(before);
  });

  test('an ordinary user may not open the heaps', async () => {
    const program = (await boot('hikey')).spawn({ uid: 1000, gid: 1000 });
    expect(() => program.open('/dev/dma_heap/system', O_RDWR)).toThrow(
      expect.objectContaining({ code: 'EACCES', errno: -13, syscall: expect.stringContaining('open') }),
    );
  });

  test('takes a loaded tree and leaves it as it was', async () => {
    const { dtsFile } = await loadBoard('hikey960');
    const tree = await loadDeviceTreeFile(dtsFile);
    const before = writeFdt(tree);
    const system = await boot(tree, { board: 'hikey960', appendBootargs: 'cma=8M' });
    expect(system.booted).toBe(true);
    expect(writeFdt(tree)).toEqual(before);
    await expect(boot(tree)).rejects.toThrow(/--memory BASE\+SIZE/);
    await expect(boot(tree, { overlays: ['x.dtbo'] })).rejects.toThrow(/overlays/);
  });

  test('a panic is an answer, and nothing runs after it', async () => {
    const system = await boot('-', {}, { stdin });
    expect(system.booted).toBe(false);
    expect(bootSummarySchema.parse(system.summary())).toMatchObject({
      booted: false,
      panic: expect.any(String),
    });
    expect(() => system.spawn()).toThrow(/nothing can run: the kernel panicked/);
  });
});

test('bootTree boots the same request again and again, each time alike', async () => {
  const profile = await loadBoard('hikey');
  const tree = await loadDeviceTreeFile(profile.dtsFile);
  const release = releaseNamed('6.1');
  const request = { tree, profile, release, config: referenceConfig(release), exportPolicy: 'explicit' };
  expect(bootTree(request).summary()).toEqual(bootTree(request).summary());
});
