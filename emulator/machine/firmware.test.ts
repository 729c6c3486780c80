import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecisionRecord } from '../base/decisions.ts';
import { type PhysicalRange, parseRange, rangeEnd, rangesOverlap } from '../base/range.ts';
import { GiB, hex, MiB } from '../base/units.ts';
import { DeviceTree, DtNode } from '../devicetree/tree.ts';
import { addNode, setNumbers, setString } from '../devicetree/tree-edit.ts';
import type { BoardProfile } from './board.ts';
import { type FirmwareFacts, runFirmware } from './firmware.ts';
import { memoryBanks, memoryNodes } from './memory-nodes.ts';

interface TreeFacts {
  readonly memory?: readonly string[];
  readonly regions?: readonly string[];
  readonly reservations?: readonly string[];
  readonly bootargs?: string;
  readonly cells?: number;
}

function ranges(texts: readonly string[] = []): PhysicalRange[] {
  return texts.map((text) => parseRange(text) ?? expect.fail(`${text} is no range`));
}

function makeTree({ memory, regions, reservations, bootargs, cells = 2 }: TreeFacts = {}): DeviceTree {
  const root = new DtNode('');
  setNumbers(root, '#address-cells', [{ value: BigInt(cells), cells: 1 }]);
  setNumbers(root, '#size-cells', [{ value: BigInt(cells), cells: 1 }]);
  const numbers = (list: readonly PhysicalRange[]) =>
    list.flatMap((range) => [
      { value: range.baseBytes, cells },
      { value: range.sizeBytes, cells },
    ]);
  if (memory !== undefined) {
    const node = addNode(root, 'memory@0');
    setString(node, 'device_type', 'memory');
    setNumbers(node, 'reg', numbers(ranges(memory)));
  }
  if (bootargs !== undefined) setString(addNode(root, 'chosen'), 'bootargs', bootargs);
  if (regions !== undefined) {
    const parent = addNode(root, 'reserved-memory');
    for (const range of ranges(regions))
      setNumbers(addNode(parent, `r@${range.baseBytes.toString(16)}`), 'reg', numbers([range]));
  }
  return new DeviceTree({ root, reservations: ranges(reservations), file: 'demo.dts' });
}

function boot(tree: DeviceTree, facts: FirmwareFacts = {}) {
  const decisions = new DecisionRecord();
  return { ...runFirmware(tree, facts, decisions), decisions };
}

const profile: BoardProfile = {
  name: 'demo',
  title: 'Demo',
  source: 'made up',
  file: 'board.yaml',
  dtsFile: 'demo.dts',
  memory: ranges(['0x0+3G']),
  bootargs: 'console=ttyX0',
  release: '6.1',
  configuration: new Map(),
  firmware: { kind: 'bootloader', carveOuts: [], memoryMap: [] },
  architecture: undefined,
  devices: [],
};

describe('RAM', () => {
  test('banks of the tree hold where nobody says otherwise', () => {
    const { tree } = boot(makeTree({ memory: ['1G+512M', '2G+1G'] }), { profile });
    expect(memoryBanks(tree)).toMatchObject(ranges(['1G+512M', '2G+1G']));
  });

  test('an empty memory node is filled by the profile, and the record says so', () => {
    const { tree, decisions } = boot(makeTree({ memory: ['0x0+0'] }), { profile });
    expect(memoryBanks(tree)).toMatchObject(ranges(['0x0+3G']));
    expect(decisions.about('memory')[0]?.outcome).toMatch(
      /0x0\+0xc0000000 \(3 GiB\), as the board profile demo states; the memory node \/memory@0 is empty/,
    );
  });

  test('given banks replace every memory node together', () => {
    const source = makeTree({ memory: ['1G+512M'] });
    const second = addNode(source.root, 'memory@80000000');
    setString(second, 'device_type', 'memory');
    setNumbers(second, 'reg', [
      { value: 2n * GiB, cells: 2 },
      { value: GiB, cells: 2 },
    ]);
    const { tree } = boot(source, { memory: ranges(['0x0+64M', '4G+1G']), profile });
    expect(memoryNodes(tree)).toHaveLength(1);
    expect(memoryBanks(tree)).toMatchObject(ranges(['0x0+64M', '4G+1G']));
    expect(memoryNodes(source)).toHaveLength(2);
  });

  test('a tree without a memory node gets one', () => {
    const { tree } = boot(makeTree(), { memory: ranges(['1G+1G']) });
    expect(tree.node('/memory@40000000')?.property('device_type')?.string).toBe('memory');
  });

  test('a disabled memory node is enabled when it is replaced', () => {
    const source = makeTree({ memory: ['0x0+1G'] });
    setString(source.node('/memory@0') ?? expect.fail(), 'status', 'disabled');
    expect(() => boot(source)).toThrow(/\/memory@0 is disabled; give it with --memory/);
    expect(memoryBanks(boot(source, { memory: ranges(['0x0+1G']) }).tree)).toHaveLength(1);
  });

  test.each([
    [
      'an empty memory node',
      makeTree({ memory: ['0x0+0'] }),
      /^demo\.dts: the memory node \/memory@0 is empty/,
    ],
    ['no memory node', makeTree(), /^demo\.dts: the tree has no memory node/],
  ])('%s and no other source is an error that names --memory', (_, tree, message) => {
    expect(() => boot(tree)).toThrow(message);
    expect(() => boot(tree)).toThrow(/--memory BASE\+SIZE/);
  });

  test.each([
    ['0x0+0x8000000000000000', /48 bits/],
    ['0xffffffffffffffff+0xffffffffffffffff', /48 bits/],
    ['0x0+2T', /2 TiB of RAM are more than the 1 TiB that can be modelled/],
  ])('RAM of %s is refused with a reason, given or in the tree', (range, message) => {
    expect(() => boot(makeTree(), { memory: ranges([range]) })).toThrow(message);
    expect(() => boot(makeTree({ memory: [range] }))).toThrow(message);
  });

  test("RAM that the tree's cells cannot express is refused", () => {
    expect(() => boot(makeTree({ cells: 1 }), { memory: ranges(['4G+1G']) })).toThrow(/#address-cells 1/);
  });
});

describe('the command line', () => {
  const memory = ['0x0+1G'];

  test("the tree's holds where nothing else is said", () => {
    expect(boot(makeTree({ memory, bootargs: 'quiet' })).bootargs).toBe('quiet');
  });

  test("the profile's replaces the tree's, a given one replaces both, and appending adds to whichever it is", () => {
    const tree = makeTree({ memory, bootargs: 'quiet' });
    expect(boot(tree, { profile }).bootargs).toBe('console=ttyX0');
    expect(boot(tree, { profile, bootargs: 'cma=8M' }).bootargs).toBe('cma=8M');
    expect(boot(tree, { profile, appendBootargs: 'cma=8M' }).bootargs).toBe('console=ttyX0 cma=8M');
    expect(boot(tree, { bootargs: '' }).bootargs).toBe('');
  });

  test('is written into /chosen', () => {
    const { tree } = boot(makeTree({ memory }), { appendBootargs: 'cma=8M' });
    expect(tree.node('/chosen')?.property('bootargs')?.string).toBe('cma=8M');
  });
});

describe('where things lie', () => {
  test('the image is assumed 2 MiB in, the blob 128 MiB in', () => {
    const { kernelImage, dtb, initrd } = boot(makeTree({ memory: ['1G+1G'] }));
    expect(kernelImage).toEqual({ baseBytes: GiB + 2n * MiB, sizeBytes: 32n * MiB, certainty: 'assumed' });
    expect(dtb).toMatchObject({ baseBytes: GiB + 128n * MiB, certainty: 'assumed' });
    expect(initrd).toBeUndefined();
  });

  test('in a small bank the blob lies half the bank in', () => {
    expect(boot(makeTree({ memory: ['0x0+96M'] })).dtb.baseBytes).toBe(48n * MiB);
  });

  test('a bank too small for the image is passed over', () => {
    expect(boot(makeTree({ memory: ['0x0+32M', '1G+1G'] })).kernelImage.baseBytes).toBe(GiB + 2n * MiB);
  });

  test('assumed things make way for regions, reservations and each other', () => {
    const tree = makeTree({
      memory: ['1G+1G'],
      regions: ['0x40300000+0x100000'],
      reservations: ['0x48000000+0x1000'],
    });
    const { kernelImage, dtb, decisions } = boot(tree);
    expect(kernelImage.baseBytes).toBe(0x40400000n);
    expect(dtb.baseBytes).toBe(0x48200000n);
    expect(decisions.about('image')[0]?.obstacle?.owner).toBe('/reserved-memory/r@40300000');
    expect(decisions.about('dtb')[0]?.obstacle?.what).toMatch(/memreserve/);
  });

  test('what is stated is taken as it is', () => {
    const [kernelImage, dtb, initrd] = ranges([
      '0x40210000+0x680000',
      '0x48200000+0x8a78',
      '0x48000000+0xbf600',
    ]);
    const handoff = boot(makeTree({ memory: ['1G+1G'] }), { kernelImage, dtb, initrd });
    expect(handoff.kernelImage).toEqual({ ...kernelImage, certainty: 'stated' });
    expect(handoff.dtb).toEqual({ ...dtb, certainty: 'stated' });
    expect(handoff.initrd).toEqual({ ...initrd, certainty: 'stated' });
    expect(handoff.tree.node('/chosen')?.property('linux,initrd-end')?.number(0, 2)).toBe(0x480bf600n);
  });

  test("the tree's own initrd is taken", () => {
    const tree = makeTree({ memory: ['1G+1G'], bootargs: '' });
    const chosen = tree.node('/chosen') ?? expect.fail();
    setNumbers(chosen, 'linux,initrd-start', [{ value: 0x48000000n, cells: 1 }]);
    setNumbers(chosen, 'linux,initrd-end', [{ value: 0x48100000n, cells: 1 }]);
    expect(boot(tree).initrd).toMatchObject({ baseBytes: 0x48000000n, sizeBytes: MiB });
  });

  test('an image outside RAM is refused, one across touching banks is not', () => {
    const tree = makeTree({ memory: ['0x0+64M', '64M+64M'] });
    const [outside, across] = ranges(['1G+32M', '48M+32M']);
    expect(() => boot(tree, { kernelImage: outside })).toThrow(/does not lie in RAM/);
    expect(boot(tree, { kernelImage: across }).kernelImage).toMatchObject(across ?? {});
  });

  test('RAM without room for an image is refused and the option named', () => {
    expect(() => boot(makeTree({ memory: ['0x0+16M'] }))).toThrow(/kernel image.*--kernel-image BASE\+SIZE/);
  });

  test('an assumed object never touches a region or a reservation', () => {
    const place = fc.record({ at: fc.integer({ min: 0, max: 255 }), size: fc.integer({ min: 1, max: 8 }) });
    const rangeOf = ({ at, size }: { at: number; size: number }) => `${at}M+${size}M`;
    fc.assert(
      fc.property(
        fc.array(place, { maxLength: 12 }),
        fc.array(place, { maxLength: 4 }),
        (regions, reserved) => {
          const tree = makeTree({
            memory: ['0x0+4G'],
            regions: regions.map(rangeOf),
            reservations: reserved.map(rangeOf),
          });
          const { kernelImage, dtb } = boot(tree);
          const taken = [...ranges(regions.map(rangeOf)), ...ranges(reserved.map(rangeOf))];
          for (const range of taken) {
            expect(rangesOverlap(range, kernelImage), hex(range.baseBytes)).toBe(false);
            expect(rangesOverlap(range, dtb), hex(range.baseBytes)).toBe(false);
          }
          expect(rangesOverlap(kernelImage, dtb)).toBe(false);
          expect(rangeEnd(dtb)).toBeLessThanOrEqual(4n * GiB);
        },
      ),
    );
  });
});
