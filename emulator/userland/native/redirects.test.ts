import { describe, expect, it } from 'vitest';
import { boardOpenFlags, hostOpenFlags } from './host/architecture.ts';
import { x86_64 } from './host/x86-64.ts';
import { descriptorFactsPath, descriptorPath, isRedirected, mergeLines, normalised } from './redirects.ts';

describe('paths of programs', () => {
  it('are the board’s from its folders on, however they are written', () => {
    const places = [
      '/dev/dma_heap',
      '/dev/dma_heap/',
      '/dev//dma_heap/../dma_heap/system',
      '/dev/./dma_heap/x',
    ];
    for (const path of places) expect([path, isRedirected(normalised(path))]).toEqual([path, true]);
    const others = ['/dev/dma_heaps', '/dev', '/home/dev/dma_heap', '/proc/self/maps'];
    for (const path of others) expect([path, isRedirected(normalised(path))]).toEqual([path, false]);
  });

  it('name descriptors of the process itself and of others', () => {
    expect(descriptorPath('/proc/self/fd/3')).toEqual({ process: undefined, fd: 3 });
    expect(descriptorPath('/dev/fd/12')).toEqual({ process: undefined, fd: 12 });
    expect(descriptorPath('/proc/17/task/18/fd/3')).toEqual({ process: '17', fd: 3 });
    expect(descriptorPath('/proc/self/fdinfo/3')).toBeUndefined();
    expect(descriptorFactsPath('/proc/17/fdinfo/3')).toEqual({ process: '17', fd: 3 });
  });

  it('lead to the host’s text with the board’s lines in it', () => {
    const merged = mergeLines(
      'MemTotal: 8\nCmaTotal: 1\nMemFree: 2\n',
      'MemTotal: 1\nCmaTotal: 64\nCmaFree: 60\n',
      /^Cma/,
    );
    expect(merged).toBe('MemTotal: 8\nMemFree: 2\nCmaTotal: 64\nCmaFree: 60\n');
  });
});

describe('open flags of x86-64', () => {
  it('have the board’s numbers on the board, and their own again behind it', () => {
    expect(boardOpenFlags(x86_64, 0o200000 | 0o2000000 | 2)).toBe(0o40000 | 0o2000000 | 2);
    for (const flags of [0, 2, 0o200002, 0o400000, 0o40000, 0o100002]) {
      expect(hostOpenFlags(x86_64, boardOpenFlags(x86_64, flags))).toBe(flags);
    }
  });
});
