import { describe, expect, it } from 'vitest';
import { bootTree } from '../../../emulator/whatif/boot-tree.ts';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import type { BootRecord } from '../../records/record.ts';
import { requestOf, whyNot } from './emulate-boot.ts';

const records = openRecords(ownRecordsFolder);

/** Every so many of a kernel's boots, and all that reach the end. */
function sample(
  kernel: string,
  isWanted: (record: BootRecord) => boolean,
  most: number,
): readonly BootRecord[] {
  const wanted = records
    .boots(kernel)
    .filter((record) => record.booted && whyNot(record, records) === undefined && isWanted(record));
  const step = Math.max(1, Math.floor(wanted.length / most));
  return wanted.filter((_, index) => index % step === 0).slice(0, most);
}

async function heapsUnder(record: BootRecord, exportPolicy: string) {
  const { heaps } = bootTree({ ...(await requestOf(record, records)), exportPolicy }).summary();
  return heaps.map(({ name, minor }) => `${name} ${minor}`);
}

const asRecorded = (record: BootRecord) => record.heaps.map(({ name, minor }) => `${name} ${minor}`);

describe('the recorded boots', () => {
  it('with several regions have on 7.3 the heaps of policy release', async () => {
    const several = sample('7.3', ({ areas, heaps }) => areas.length > 1 && heaps.length > 3, 12);
    expect(several.length).toBe(12);
    for (const record of several) expect(await heapsUnder(record, 'release')).toEqual(asRecorded(record));
  });

  it.each(['6.1', '6.12'])(
    'have on %s the same heaps under explicit and release, where nothing is exported',
    async (kernel) => {
      const plain = sample(kernel, ({ tree }) => !/linux,cma-heap|dmabuf-heap-cma/.test(tree), 10);
      expect(plain.length).toBe(10);
      for (const record of plain) {
        expect(await heapsUnder(record, 'explicit')).toEqual(asRecorded(record));
        expect(await heapsUnder(record, 'release')).toEqual(asRecorded(record));
      }
    },
  );
});
