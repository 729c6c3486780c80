import { describe, expect, it } from 'vitest';
import { parseEfiLog, useOfEfiMemory } from './efi-memory-map.ts';

const log = `[    0.000000] efi: EFI v2.70 by EDK II
[    0.000000] efi:   0x000040000000-0x00004000ffff [Loader Code|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000040010000-0x00007c12ffff [Conventional Memory|   |  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x00007c130000-0x00007c13ffff [Runtime Data       |RUN|  |  |   |WB|WT|WC|UC]
[    0.000000] efi:   0x000009010000-0x000009010fff [Memory Mapped I/O|RUN|  |  |   |  |  |  |UC]
[    0.000000] Zone ranges:
`;

describe('the log of efi=debug', () => {
  it('holds a row per range, whatever else stands there', () => {
    const rows = parseEfiLog(log, 'dmesg.txt');
    expect(rows).toEqual([
      { type: 'loader-code', baseBytes: 0x40000000n, sizeBytes: 0x10000n },
      { type: 'conventional', baseBytes: 0x40010000n, sizeBytes: 0x3c120000n },
      { type: 'runtime-data', baseBytes: 0x7c130000n, sizeBytes: 0x10000n },
      { type: 'mmio', baseBytes: 0x9010000n, sizeBytes: 0x1000n },
    ]);
    expect(rows.map((row) => useOfEfiMemory(row.type))).toEqual(['usable', 'usable', 'no-map', 'device']);
  });

  it('without such rows is refused', () => {
    expect(() => parseEfiLog('nothing\n', 'dmesg.txt')).toThrow(
      'dmesg.txt: holds no line of an EFI memory map',
    );
  });

  it('with an unknown type names its line', () => {
    expect(() => parseEfiLog('efi:   0x0-0xfff [Magic|  |]', 'dmesg.txt')).toThrow(
      'dmesg.txt:1: "Magic" is no type',
    );
  });
});
