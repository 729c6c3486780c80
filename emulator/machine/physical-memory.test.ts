import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from './physical-memory.ts';

function bytesAt(memory: PhysicalMemory, address: number, length: number): number[] {
  const bytes = new Uint8Array(length).fill(0xee);
  memory.read(address, bytes);
  return [...bytes];
}

describe('physical memory', () => {
  it('reads as zero where nothing was written, and holds no bytes for it', () => {
    const memory = new PhysicalMemory();
    expect(bytesAt(memory, 0x4000_0ffe, 4)).toEqual([0, 0, 0, 0]);
    expect(memory.residentBytes).toBe(0);
  });

  it('keeps a write that crosses frames and blocks', () => {
    const memory = new PhysicalMemory();
    const address = 3 * 0x20_0000 - 2;
    memory.write(address, Uint8Array.of(1, 2, 3, 4));
    expect(bytesAt(memory, address - 1, 6)).toEqual([0, 1, 2, 3, 4, 0]);
    expect(memory.residentBytes).toBe(2 * 4096);
  });

  it('gives the bytes of whole zeroed frames back to the host', () => {
    const memory = new PhysicalMemory();
    memory.fill(0x4000_0000, 64 * 1024, 0xaa);
    memory.zero(0x4000_0000, 60 * 1024);
    expect(memory.residentBytes).toBe(4096);
    expect(bytesAt(memory, 0x4000_0000 + 60 * 1024 - 1, 2)).toEqual([0, 0xaa]);
  });

  it('addresses above 4 GiB are apart from their low 32 bits', () => {
    const memory = new PhysicalMemory();
    memory.write(0x1_4000_0000, Uint8Array.of(7));
    expect(bytesAt(memory, 0x4000_0000, 1)).toEqual([0]);
    expect(bytesAt(memory, 0x1_4000_0000, 1)).toEqual([7]);
  });

  it('behaves as one flat array', () => {
    const size = 3 * 4096;
    const base = 0x20_0000 - 4096;
    const range = fc
      .tuple(fc.nat(size), fc.nat(size))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const step = fc.record({ kind: fc.constantFrom('write', 'fill', 'zero'), range, value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const memory = new PhysicalMemory();
        const model = new Uint8Array(size);
        for (const {
          kind,
          range: [start, end],
          value,
        } of steps) {
          if (kind === 'write') memory.write(base + start, new Uint8Array(end - start).fill(value));
          else if (kind === 'fill') memory.fill(base + start, end - start, value);
          else memory.zero(base + start, end - start);
          model.fill(kind === 'zero' ? 0 : value, start, end);
        }
        expect(bytesAt(memory, base, size)).toEqual([...model]);
      }),
    );
  });
});
