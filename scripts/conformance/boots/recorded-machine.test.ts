import { describe, expect, it } from 'vitest';
import { DecisionRecord } from '../../../emulator/base/decisions.ts';
import { runFirmware } from '../../../emulator/machine/firmware.ts';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import { placementOf, treeOf } from './recorded-machine.ts';

const records = openRecords(ownRecordsFolder);

describe('the machine of a record', () => {
  it('can be made for every record whose run is known', async () => {
    for (const kernel of records.kernels) {
      for (const record of records.boots(kernel)) {
        if (record.run === null) continue;
        const facts = placementOf(record, record.run);
        const handoff = runFirmware(await treeOf(record), facts, new DecisionRecord());
        expect(handoff.bootargs).toBe(record.bootargs);
        expect(handoff.tree.node('/chosen')?.property('bootargs')?.string).toBe(record.bootargs);
      }
    }
  });

  it('shares its tree with boots that differ in their random seeds alone', async () => {
    const [one, other] = ['6.1', '7.3'].map((kernel) =>
      records.boots(kernel).find(({ name }) => name === 'a-none'),
    );
    if (one === undefined || other === undefined) throw new Error('both kernels booted the plain tree');
    expect(one.tree).not.toBe(other.tree);
    expect(await treeOf(one)).toBe(await treeOf(other));
  });
});
