import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { loadBoot } from '../boot.ts';
import type { BootOptions } from '../boot-options.ts';
import { bootTree } from '../boot-tree.ts';
import { checkConsumers } from './consumers.ts';
import { parseContract } from './contract.ts';
import { dmaMasters } from './devices.ts';

async function devices(board: string, options: BootOptions = {}) {
  const request = await loadBoot(board, options);
  const { handoff } = bootTree(request).environment;
  return dmaMasters(handoff.tree, request.profile?.devices);
}

function contract(need: string, head = '') {
  const text = `consumer: c\nsummary: s\nsource: t\n${head}needs:\n  - { need: frames, ${need} }\n`;
  return parseContract(text, 'c.yaml');
}

async function outcome(board: string, need: string, options: BootOptions = {}, asUser = false) {
  const request = await loadBoot(board, { release: '6.12', ...options });
  const { consumers } = checkConsumers(request, [contract(need, 'group: video\n')], { asUser });
  return consumers[0]?.needs[0];
}

const anyOf = (...names: readonly string[]) => `heaps: { anyOf: ${JSON.stringify(names)} }`;

describe("a board's DMA masters", () => {
  it("need contiguous memory without an IOMMU: HiKey's display, and HiKey960's though its tree has none", async () => {
    expect(await devices('hikey')).toMatchObject([
      { node: '/soc/ade@f4100000', kind: 'display', needs: 'contiguous', described: true },
      { node: '/soc/gpu@f4080000', kind: 'gpu', needs: 'scattered' },
    ]);
    expect(await devices('hikey960')).toMatchObject([
      { kind: 'display', needs: 'contiguous', described: false, source: expect.stringContaining('vendor') },
    ]);
  });

  it('take scattered memory behind one: the display, camera and codec of db845c', async () => {
    const found = await devices('db845c');
    const needs = (kind: string) => found.filter((one) => one.kind === kind).map((one) => one.needs);
    for (const kind of ['display', 'camera', 'codec']) expect(needs(kind)).toEqual(['scattered']);
    expect(found.find(({ kind }) => kind === 'codec')?.regions).toEqual(['/reserved-memory/venus@95800000']);
  });

  it('reach as far as the buses above them let them', async () => {
    const below = (await devices('rpi4')).map(({ kind, below }) => [kind, below]);
    expect(below).toContainEqual(['display', '0x40000000']);
    expect(below).toContainEqual(['camera', '0x40000000']);
  });

  it('are no sensors behind an I2C bus, and count as disabled where their bus is', async () => {
    const edits = [{ kind: 'set', text: '/soc:status=disabled' }] as const;
    expect((await devices('hikey', { edits })).map(({ enabled }) => enabled)).toEqual([false, false]);
  });
});

describe('a consumer', () => {
  it('takes the first heap of its list that opens', async () => {
    expect(await outcome('hikey960', anyOf('linux,cma', 'reserved'))).toMatchObject({
      met: true,
      heap: 'reserved',
    });
  });

  it('that wants all of several misses those that are not there', async () => {
    const need = 'heaps: { allOf: [system, system-uncached] }';
    expect(await outcome('hikey', need)).toMatchObject({ met: false, missing: ['system-uncached'] });
  });

  it('cannot show scattered memory on a display without an IOMMU, however lucky the allocation was', async () => {
    const need = `${anyOf('system')}, memory: display, size: 4K`;
    expect(await outcome('hikey', need)).toMatchObject({
      met: false,
      why: expect.stringContaining('which /soc/ade@f4100000 cannot use'),
    });
    expect(await outcome('db845c', need)).toMatchObject({ met: true });
  });

  it('cannot use memory beyond the reach of its device', async () => {
    const need = `${anyOf('reserved')}, memory: camera, size: 8M`;
    const far = { appendBootargs: 'cma=64M@0x50000000', release: '7.3' };
    expect(await outcome('rpi4', need, far)).toMatchObject({
      met: false,
      why: expect.stringContaining('reaches only what lies below 0x40000000'),
    });
  });

  it('needs all its buffers at once, and gives them back', async () => {
    const need = `${anyOf('linux,cma')}, size: 48M, count: 3`;
    expect(await outcome('hikey', need)).toMatchObject({
      met: false,
      why: expect.stringMatching(
        /^buffer 3 of 3, 48 MiB each, from linux,cma fails with ENOMEM; the area linux,cma has 128 MiB/,
      ),
    });
    const request = await loadBoot('hikey', {});
    const twice = [
      contract(`${anyOf('linux,cma')}, size: 100M`),
      contract(`${anyOf('linux,cma')}, size: 100M`),
    ];
    expect(checkConsumers(request, twice, { asUser: false })).toMatchObject({ passed: 2, failed: 0 });
  });

  it('may not open the node as a user, unless its vendor lets the group', async () => {
    const need = anyOf('linux,cma');
    expect(await outcome('hikey', need, {}, true)).toMatchObject({
      met: false,
      why: expect.stringContaining('EACCES'),
    });
    const vendor = await outcome('imx8mm-evk-bsp', anyOf('linux,cma-uncached'), {}, true);
    expect(vendor).toMatchObject({ met: true, heap: 'linux,cma-uncached' });
  });
});

describe('a contract', () => {
  const mistake = (text: string) => {
    try {
      parseContract(text, 'c.yaml');
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    throw new Error('the contract was accepted');
  };
  const head = 'consumer: c\nsummary: s\nsource: t\n';

  it.each([
    [`${head}needs: []\n`, 'c.yaml:4:8: needs: a contract has one need at least'],
    [
      `${head}needs:\n  - { need: x, heaps: { anyOf: [] } }\n`,
      'c.yaml:5:32: needs[0].heaps.anyOf: a need names one heap at least',
    ],
    [`${head}needs:\n  - { need: x }\n`, 'c.yaml:5:5: needs[0].heaps: expected anyOf or allOf'],
    [
      `${head}needs:\n  - { need: x, heaps: { anyOf: [a] }, size: 0 }\n`,
      'c.yaml:5:45: needs[0].size: expected a size above 0',
    ],
    ['consumer: c\nsummary: s\n', 'c.yaml:1:1: source: expected where these facts come from'],
  ])('says what is wrong, and where: %j', (text, message) => {
    expect(mistake(text)).toContain(message);
  });
});
