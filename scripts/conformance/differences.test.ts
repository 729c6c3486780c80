import { describe, expect, it } from 'vitest';
import { ExpectedDifferences } from './differences.ts';
import { fact } from './fact.ts';
import { Tally } from './tally.ts';

const list = () =>
  new ExpectedDifferences([
    { part: 'boots', field: 'areas', cause: 'placed elsewhere', records: ['6.1/a', '6.1/b'] },
    { part: 'boots', field: 'log', containing: 'OVERLAP', cause: 'said later', records: ['6.1/a'] },
  ]);

const replayed = new Set(['6.1/a', '6.1/b']);

describe('the list of expected differences', () => {
  it('covers a difference by record and field, and by text where it names one', () => {
    const expected = list();
    expect(expected.meet('6.1/a', fact('areas', 'x', '1', '2'))).toBe(true);
    expect(expected.meet('6.1/c', fact('areas', 'x', '1', '2'))).toBe(false);
    expect(expected.meet('6.1/a', fact('heaps', 'x', '1', '2'))).toBe(false);
    expect(expected.meet('6.1/a', fact('log', '', 'OVERLAP DETECTED!', 'none'))).toBe(true);
    expect(expected.meet('6.1/a', fact('log', '', 'another', 'none'))).toBe(false);
  });

  it('names the entries whose records do not differ any more', () => {
    const expected = list();
    expected.meet('6.1/a', fact('areas', 'x', '1', '2'));
    expect(expected.unmet('boots', replayed)).toEqual(['6.1/b: areas', '6.1/a: log (OVERLAP)']);
  });

  it('says nothing of records that were not replayed and of the part that was not run', () => {
    expect(list().unmet('boots', new Set(['6.1/b']))).toEqual(['6.1/b: areas']);
    expect(list().unmet('syscalls', replayed)).toEqual([]);
  });
});

describe('the tally of a kernel', () => {
  it('counts facts, equal ones, and differences with and without an entry', () => {
    const tally = new Tally('6.1', 'boots', list());
    tally.take('a', [fact('areas', 'x', '1', '2'), fact('heaps', '0', 'h', 'h')]);
    tally.take('c', [fact('areas', 'x', '1', '2')]);
    tally.take('d', [fact('areas', 'x', '1', '1')]);
    tally.skip('no configuration');
    const { result } = tally;
    expect([result.replayed, result.whole]).toEqual([3, 1]);
    expect([...result.compared]).toEqual([
      ['areas', 3],
      ['heaps', 1],
    ]);
    expect([...result.equal]).toEqual([
      ['heaps', 1],
      ['areas', 1],
    ]);
    expect(result.differences.map(({ record, listed }) => [record, listed])).toEqual([
      ['6.1/a', true],
      ['6.1/c', false],
    ]);
    expect([...result.skipped]).toEqual([['no configuration', 1]]);
  });
});
