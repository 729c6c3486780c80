import { describe, expect, it } from 'vitest';
import { failure } from '../../../testing/failures.ts';
import { smallKernel } from '../../../testing/small-kernel.ts';
import { spawnProcess } from '../../../userland/process.ts';
import type { TeeFacts } from '../../init/platform.ts';
import { O_RDWR } from '../../uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ } from '../../uapi/mman.ts';

const offer = (facts: Partial<TeeFacts>): { tee: TeeFacts } => ({
  tee: { staticPool: undefined, dynamicBytes: undefined, uses: ['secure-video'], ...facts },
});
const owned = { baseBytes: 0x4c00_0000n, sizeBytes: 0x10_0000n };
const heapsOf = (kernel: ReturnType<typeof smallKernel>) => kernel.dmaHeaps.all.map(({ name }) => name);

describe('heaps of protected memory', () => {
  it('come with 6.18, after the others, one for each use', () => {
    const platform = offer({
      staticPool: owned,
      uses: ['secure-video', 'trusted-ui', 'secure-video-record'],
    });
    expect(heapsOf(smallKernel({ release: '6.12', platform }))).not.toContain('protected,secure-video');
    expect(heapsOf(smallKernel({ release: '6.18', platform })).slice(-3)).toEqual([
      'protected,secure-video',
      'protected,trusted-ui',
      'protected,secure-video-record',
    ]);
  });

  it('serve buffers that nobody can map, and that SYNC does not mind', () => {
    const kernel = smallKernel({ release: '7.3', platform: offer({ staticPool: owned }) });
    const process = spawnProcess(kernel);
    const heap = process.open('/dev/dma_heap/protected,secure-video', O_RDWR);
    const fd = process.dmaHeapAlloc(heap, 0x8_0000, O_RDWR);
    expect(() => process.mmap({ fd, length: 4096, prot: PROT_READ, flags: MAP_SHARED })).toThrow(
      failure('EINVAL'),
    );
    process.dmaBufSync(fd, 1);
    expect(process.readFile(`/proc/self/fdinfo/${fd}`)).toContain('exp_name:\ttee');
    expect(() => process.dmaHeapAlloc(heap, 0x8_1000, O_RDWR)).toThrow(failure('ENOMEM'));
    process.dmaHeapAlloc(heap, 0x8_0000, O_RDWR);
  });

  it('lend memory of the default area for as long as a buffer lives', () => {
    const kernel = smallKernel({ release: '7.3', platform: offer({ dynamicBytes: 0x40_0000n }) });
    const area = kernel.contiguous.defaultArea;
    const before = area?.usedPages ?? 0;
    const process = spawnProcess(kernel);
    const heap = process.open('/dev/dma_heap/protected,secure-video', O_RDWR);
    const first = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    expect(area?.usedPages).toBe(before + 1024);
    const second = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    process.close(first);
    expect(area?.usedPages).toBe(before + 1024);
    process.close(second);
    expect(area?.usedPages).toBe(before);
  });

  it('are not there where the memory of the firmware is not usable', () => {
    const platform = offer({ staticPool: { ...owned, sizeBytes: 0x800n } });
    const kernel = smallKernel({ release: '7.3', platform });
    expect(heapsOf(kernel)).not.toContain('protected,secure-video');
    expect(kernel.log.lines.map(({ text }) => text)).toContain(
      'optee: Protected memory service not available',
    );
  });
});
