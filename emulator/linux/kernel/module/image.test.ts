import { describe, expect, it } from 'vitest';
import { loadedBytes, type ModuleImage } from './module-image.ts';
import { readModuleImage } from './read-image.ts';
import { writeModuleImage } from './write-image.ts';

const image: ModuleImage = {
  name: 'my_heap',
  versionMagic: '7.2.13 SMP mod_unload aarch64',
  license: 'GPL',
  depends: ['tee', 'other'],
  imports: ['DMA_BUF', 'DMA_BUF_HEAP'],
  needs: ['dma_heap_add', 'kmalloc_noprof'],
  inTree: true,
  description: 'a heap',
  parameters: ['verbose'],
  sections: { textBytes: 5000, constantBytes: 100, dataBytes: 1024 },
};

describe('a module file', () => {
  it('is read as it was written', () => {
    expect(readModuleImage(writeModuleImage(image))).toEqual(image);
  });

  it('takes pages of its own for code, constants and data', () => {
    expect(loadedBytes(image.sections, 4096)).toBe(4 * 4096);
    expect(loadedBytes(image.sections, 65536)).toBe(3 * 65536);
  });

  it.each([
    ['too short', new Uint8Array(40)],
    ['no ELF file', new TextEncoder().encode('#!/bin/sh\n'.repeat(20))],
    ['cut off', writeModuleImage(image).subarray(0, 300)],
  ])('is none where it is %s', (_what, bytes) => {
    expect(readModuleImage(bytes)).toBeUndefined();
  });

  it('is none for another machine', () => {
    const bytes = writeModuleImage(image);
    bytes[18] = 62;
    expect(readModuleImage(bytes)).toBeUndefined();
  });

  it.each([0, 8, 40, 58, 60, 62, 80, 120])('does not crash the reader where byte %i is wrong', (at) => {
    const bytes = writeModuleImage(image);
    for (const value of [0, 1, 0x7f, 0xff]) {
      bytes[at] = value;
      expect(() => readModuleImage(bytes)).not.toThrow();
    }
  });
});
