import { describe, expect, it } from 'vitest';
import { bootSmall, textsOf } from '../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../testing/build-tree.ts';

// What recorded kernels of 6.1 and 6.12 did with such trees; the image lies at [0x40200000, 0x40a00000).

const mib = 2 ** 20;
const ram = { base: 0x4000_0000, size: 256 * mib };

function pool(base: number, sizeBytes: number, more: NodeText = {}): NodeText {
  return { compatible: 'shared-dma-pool', reusable: true, reg: cells(base, sizeBytes), ...more };
}

const boot = (release: string, node: NodeText, ramBytes = ram.size) =>
  bootSmall(treeWith({ ram: { ...ram, size: ramBytes }, regions: { pool: node } }), { release });

describe('a region over the kernel image that no handler takes', () => {
  it('kills the kernel where its first own allocations fall into it', () => {
    const outcome = boot('6.1', pool(0x4040_0000, 5 * mib));
    expect(outcome.panic).toBe('Attempted to kill the idle task!');
    expect(textsOf(outcome)).toContain('OF: reserved mem: node pool compatible matching fail');
  });

  it('does no harm as a middle-sized block, which nobody asks for', () => {
    expect(boot('6.1', pool(0x4050_0000, mib)).booted).toBe(true);
  });

  it('does no harm where the kernel allocates from a zone above', () => {
    expect(boot('6.1', pool(0x4040_0000, 5 * mib), 4096 * mib).booted).toBe(true);
  });

  it('is noticed before the line about memory on 6.12, and after it on 6.1', () => {
    const says = (release: string) =>
      textsOf(boot(release, pool(0x4040_0000, 5 * mib))).some((text) => text.startsWith('Memory:'));
    expect(says('6.1')).toBe(true);
    expect(says('6.12')).toBe(false);
  });
});

describe('a no-map region that is given back', () => {
  const atTheEnd = pool(0x4fc0_0000, 4 * mib, { 'no-map': true });

  it('is plain memory where that happens before memory is mapped', () => {
    expect(boot('6.1', atTheEnd).booted).toBe(true);
  });

  it('cannot be written to where that happens after, and kills who gets it first', () => {
    const outcome = boot('6.12', atTheEnd);
    expect(outcome.panic).toBe('Attempted to kill the idle task!');
    expect(textsOf(outcome)).not.toContain('Zone ranges:');
  });

  it('does no harm where nobody gets it', () => {
    expect(boot('6.12', pool(0x4c00_0000, 4 * mib, { 'no-map': true })).booted).toBe(true);
  });
});

describe('an area that reaches behind the end of memory', () => {
  const crossing = (sizeBytes: number) => boot('6.12', pool(0x4200_0000, sizeBytes), 64 * mib);

  it('kills the kernel where it is more than half of what is free, for then its pages are borrowed', () => {
    expect(crossing(64 * mib).panic).toBe('Attempted to kill init! exitcode=0x0000000b');
  });

  it('does no harm while its end lies in memory', () => {
    expect(crossing(32 * mib).booted).toBe(true);
  });
});
