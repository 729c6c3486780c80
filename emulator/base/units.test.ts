import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignDown, alignUp, formatSize, hex, paddedAddress, parseSize } from './units.ts';

describe('parseSize', () => {
  it('reads decimal, hexadecimal and suffixed numbers', () => {
    expect(parseSize('4096')).toBe(4096n);
    expect(parseSize('0x36000000')).toBe(0x36000000n);
    expect(parseSize('64M')).toBe(64n << 20n);
    expect(parseSize('3GiB')).toBe(3n << 30n);
    expect(parseSize('1kb')).toBe(1024n);
  });

  it('refuses what is no size', () => {
    for (const text of ['', 'M', '-1', '1.5G', '0x', '12Q', '1 2']) expect(parseSize(text)).toBeUndefined();
  });

  it('reads back whatever formatSize writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (size) => {
        expect(parseSize(formatSize(size).replace(' ', ''))).toBe(size);
      }),
    );
  });
});

describe('addresses', () => {
  it('are hexadecimal, padded as the kernel pads them where it does', () => {
    expect(hex(0x7e000000n)).toBe('0x7e000000');
    expect(paddedAddress(0x80000000n)).toBe('0x0000000080000000');
    expect(paddedAddress(0x80000000n, 8)).toBe('0x80000000');
  });

  it('are aligned downwards and upwards to the nearest multiple', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 48n }),
        fc.integer({ min: 0, max: 30 }),
        (address, order) => {
          const alignment = 1n << BigInt(order);
          const down = alignDown(address, alignment);
          const up = alignUp(address, alignment);
          expect(down % alignment).toBe(0n);
          expect(up % alignment).toBe(0n);
          expect(down <= address && address <= up && up - down <= alignment).toBe(true);
        },
      ),
    );
  });
});
