import { describe, expect, it } from 'vitest';
import { loadBoot } from '../boot.ts';
import { type BootRequest, bootTree } from '../boot-tree.ts';
import { setProperty } from './change.ts';
import { changeKinds } from './changes/index.ts';
import { explain } from './explain.ts';
import { Trials } from './trials.ts';
import { regionWish } from './wish.ts';

const hikey = (edits: readonly string[] = [], bootargs?: string): Promise<BootRequest> =>
  loadBoot('hikey', { edits: edits.map((text) => ({ kind: 'set', text })), appendBootargs: bootargs });

const node = '/reserved-memory/linux,cma';

describe('an explanation', () => {
  it('of a status proposes to take it away', async () => {
    const { change, verdict } = explain(await hikey([`${node}:status=disabled`]), 'linux,cma');
    expect(verdict).toContain('is not looked at: its status is "disabled"');
    expect(change).toMatchObject({ kind: 'status', option: '--delete', value: `${node}:status` });
  });

  it('of windows that are too small widens one by no more than it must', async () => {
    const window = `${node}:alloc-ranges=0x30000000+0x4000000`;
    const { change, obstacles } = explain(await hikey([window]), 'linux,cma');
    expect(change).toMatchObject({
      kind: 'alloc-ranges',
      value: `${node}:alloc-ranges=0x30000000+0x8000000`,
      tooLittle: `${node}:alloc-ranges=0x30000000+0x7e00000`,
    });
    expect(obstacles).toEqual([]);
  });

  it('of cma= that takes the place of a node proposes to leave it out', async () => {
    const { change } = explain(await hikey([], 'cma=32M'), 'linux,cma');
    expect(change?.kind).toBe('cma-parameter');
    expect(change?.value).not.toContain('cma=32M');
  });

  it('of a default area that cannot be had names the largest', async () => {
    const request = await loadBoot('hikey', {
      edits: [{ kind: 'delete', text: node }],
      appendBootargs: 'cma=1G',
    });
    const { change, largest, asked } = explain(request, 'reserved');
    expect(asked.says).toBe('The command line asks, with cma=1G, for a default area of 1 GiB.');
    expect(change).toBeUndefined();
    expect(Number(largest?.sizeBytes)).toBeGreaterThan(2 ** 28);
    expect(
      bootTree({ ...request, bootargs: largest?.value, appendBootargs: undefined }).kernel?.contiguous
        .defaultArea,
    ).toMatchObject({
      pageCount: Number(largest?.sizeBytes) / 4096,
    });
  });

  it('tells where nothing helps what the first step leads to', async () => {
    const both = [`${node}:status=disabled`, `${node}:size=2G`];
    const { change, largest, firstStep } = explain(await hikey(both), 'linux,cma');
    expect([change, largest]).toEqual([undefined, undefined]);
    expect(firstStep).toMatchObject({
      option: '--delete',
      outcome: expect.stringContaining('no free range of 2 GiB'),
    });
  });

  it('of a name that is not there is a mistake of the user', async () => {
    const request = await hikey();
    expect(() => explain(request, 'linux,cmaa')).toThrow('did you mean linux,cma?');
  });
});

describe('a proposed change', () => {
  it('takes from no other region', async () => {
    const late = '/reserved-memory/late';
    const request = await loadBoot('hikey', {
      edits: [{ kind: 'add-region', text: 'late,size=448M,reusable' }],
    });
    const system = bootTree(request);
    const region = system.environment.regions.find(({ nodePath }) => nodePath === late);
    if (region === undefined) throw new Error('the region was not added');
    expect(region.state).toBe('failed');
    const trials = new Trials(request, system, regionWish(request.tree, region.node));
    const atTheCostOfOthers = setProperty(node, 'status', 'disabled');
    const after = trials.boot(atTheCostOfOthers);
    expect(after?.kernel?.regions.find(({ nodePath }) => nodePath === late)?.state).toBe('cma');
    expect(trials.grants(atTheCostOfOthers)).toBe(false);
  });

  it('is of a kind with a name of its own', () => {
    expect(new Set(changeKinds.map(({ name }) => name)).size).toBe(changeKinds.length);
  });
});
