import { describe, expect, it } from 'vitest';
import { bootSmall, remainsOf, type SmallBoot, textsOf } from '../../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../../testing/build-tree.ts';

const mib = 2 ** 20;
const reusable = { compatible: 'shared-dma-pool', reusable: true } as const;

/** Boots regions and tells of each its state and base. */
function fates(regions: NodeText, options: SmallBoot = {}) {
  const outcome = bootSmall(treeWith({ regions }), options);
  const entries = remainsOf(outcome).regions.map(({ name, state, baseBytes }) => [
    name,
    baseBytes === undefined ? state : `${state} ${baseBytes.toString(16)}`,
  ]);
  return { states: Object.fromEntries(entries) as Record<string, string>, outcome, texts: textsOf(outcome) };
}

describe('a dynamic region', () => {
  it('lies at the end of memory, its alignment raised to the quantum', () => {
    const { states } = fates({ pool: { ...reusable, size: cells(32 * mib), alignment: cells(4096) } });
    expect(states.pool).toBe('cma 7e000000');
  });

  it('takes the first of its ranges that fits', () => {
    const ranges = cells(0x5000_0000, mib, 0x6000_0000, 16 * mib, 0x7000_0000, 64 * mib);
    const { states } = fates({ pool: { ...reusable, size: cells(8 * mib), 'alloc-ranges': ranges } });
    expect(states.pool).toBe('cma 60800000');
  });

  it('gives its memory back where its size is no multiple of the quantum', () => {
    const { states, texts } = fates({
      pool: { ...reusable, 'linux,cma-default': true, size: cells(3 * mib) },
    });
    expect(states.pool).toMatch(/^returned/);
    expect(texts).toContain('Reserved memory: incorrect alignment of CMA region');
    expect(texts).toContain('OF: reserved mem: node pool compatible matching fail');
    expect(texts.some((text) => text.startsWith('cma: Reserved 32 MiB'))).toBe(true);
  });

  it('fails with a line that differs between releases', () => {
    const pool = { size: cells(64 * mib), 'alloc-ranges': cells(0x5000_0000, 16 * mib) };
    expect(fates({ pool }).texts).toContain(
      "OF: reserved mem: failed to allocate memory for node 'pool': size 64 MiB",
    );
    expect(fates({ pool }, { release: '5.10' }).texts).toContain(
      "OF: reserved mem: failed to allocate memory for node 'pool'",
    );
  });

  it('is placed in the order of the sort on 6.1, and of the tree on 6.12', () => {
    const regions = { a: { ...reusable, size: cells(4 * mib) }, b: { ...reusable, size: cells(4 * mib) } };
    expect(fates(regions).states).toEqual({ a: 'cma 7f800000', b: 'cma 7fc00000' });
    expect(fates(regions, { release: '6.12' }).states).toEqual({ a: 'cma 7fc00000', b: 'cma 7f800000' });
  });

  it('is skipped where size or alignment has the wrong number of cells', () => {
    const { states, texts } = fates({ one: { ...reusable, size: [32 * mib] } });
    expect(states.one).toBe('skipped');
    expect(texts).toContain("OF: reserved mem: invalid size property in 'one' node.");
  });
});

describe('a static region', () => {
  it('is refused over reserved memory when it is not to be mapped', () => {
    const { states, texts } = fates({
      'pool@61000000': { reg: cells(0x6100_0000, 16 * mib) },
      'fw@61800000': { reg: cells(0x6180_0000, mib), 'no-map': true },
    });
    expect(states['fw@61800000']).toBe('failed');
    expect(texts).toContain(
      "OF: fdt: Reserved memory: failed to reserve memory for node 'fw@61800000': base 0x0000000061800000, size 1 MiB",
    );
  });

  it('may overlap another, which is only reported', () => {
    const { states, texts } = fates({
      'a@60000000': { reg: cells(0x6000_0000, 16 * mib) },
      'b@60800000': { ...reusable, reg: cells(0x6080_0000, 16 * mib) },
    });
    expect(states).toEqual({ 'a@60000000': 'reserved 60000000', 'b@60800000': 'cma 60800000' });
    expect(texts).toContain('OF: reserved mem: OVERLAP DETECTED!');
  });

  it('is disabled by any status but okay and ok', () => {
    const region = (status: string) => ({ reg: cells(0x6000_0000, mib), status });
    for (const status of ['disabled', 'OKAY', '', 'fail']) {
      expect(fates({ fw: region(status) }).states.fw).toBe('disabled');
    }
    for (const status of ['okay', 'ok']) expect(fates({ fw: region(status) }).states.fw).toMatch(/^reserved/);
  });

  it('kills the kernel where it is a pool outside memory', () => {
    const { outcome } = fates({ 'pool@90000000': { ...reusable, reg: cells(0x9000_0000, 32 * mib) } });
    expect(outcome.panic).toBe('Attempted to kill init! exitcode=0x0000000b');
    const why = remainsOf(outcome).decisions.about('/reserved-memory/pool@90000000').at(-1);
    expect(why?.rule).toBe('cma/area-outside-memory');
  });
});

describe('the whole node', () => {
  it('is ignored without ranges, and its regions say why', () => {
    const tree = treeWith({
      root: {
        'reserved-memory': {
          '#address-cells': [2],
          '#size-cells': [2],
          fw: { reg: cells(0x6000_0000, mib) },
        },
      },
    });
    const outcome = bootSmall(tree);
    expect(textsOf(outcome)).toContain('OF: fdt: Reserved memory: unsupported node format, ignoring');
    expect(remainsOf(outcome).regions[0]).toMatchObject({ state: 'skipped' });
    expect(remainsOf(outcome).regions[0]?.reason).toContain('ranges');
  });
});

describe('a default pool and cma=', () => {
  const pool = { ...reusable, 'linux,cma-default': true, size: cells(32 * mib) } as const;

  it('is set up and given back on 6.1', () => {
    const { states, texts } = fates({ pool }, { bootargs: 'cma=64M' });
    expect(states.pool).toMatch(/^returned/);
    expect(texts).toContain('Reserved memory: bypass pool node, using cmdline CMA params instead');
  });

  it('is not even reserved on 7.3', () => {
    const { states, texts } = fates({ pool }, { release: '7.3', bootargs: 'cma=64M' });
    expect(states.pool).toBe('skipped');
    expect(texts).toContain('Skipping dt linux,cma-default node in favor for "cma=" kernel param.');
  });
});

describe('explanations', () => {
  it('name what lay in the way of a region', () => {
    const { outcome } = fates({
      'fw@7f000000': { reg: cells(0x7f00_0000, 16 * mib) },
      pool: { ...reusable, size: cells(32 * mib) },
    });
    const [placed] = remainsOf(outcome).decisions.about('/reserved-memory/pool');
    expect(placed?.tried[0]).toMatchObject({ baseBytes: 0x7d00_0000n, sizeBytes: 32n << 20n });
    expect(placed?.obstacle?.owner).toBe('/reserved-memory/fw@7f000000');
  });
});
