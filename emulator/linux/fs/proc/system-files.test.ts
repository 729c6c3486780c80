import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { smallKernel } from '../../../testing/small-kernel.ts';
import { spawnProcess } from '../../../userland/process.ts';
import { parseConfig } from '../../kconfig.ts';
import { releaseNames } from '../../releases.ts';
import { O_RDONLY, O_WRONLY } from '../../uapi/fcntl.ts';

type Kernel = ReturnType<typeof smallKernel>;

function bytesOf(kernel: Kernel, path: string, uid = 0): Uint8Array {
  const process = spawnProcess(kernel, { uid });
  const fd = process.open(path, O_RDONLY);
  const bytes = process.read(fd, 32_768);
  process.close(fd);
  return bytes;
}

const textOf = (kernel: Kernel, path: string, uid = 0) =>
  new TextDecoder().decode(bytesOf(kernel, path, uid));

function store(kernel: Kernel, path: string, text: string): void {
  const process = spawnProcess(kernel);
  const fd = process.open(path, O_WRONLY);
  process.write(fd, new TextEncoder().encode(text));
  process.close(fd);
}

describe('/proc/iomem', () => {
  it('shows memory, what the kernel takes of it, and zeros to those who are not root', () => {
    const kernel = smallKernel();
    const shown = textOf(kernel, '/proc/iomem');
    expect(shown).toMatch(/^40000000-4fffffff : System RAM\n {2}40200000-[0-9a-f]{8} : Kernel code\n/);
    expect(shown).toContain('  42000000-42000fff : reserved\n');
    const hidden = textOf(kernel, '/proc/iomem', 1000);
    expect(hidden).toBe(shown.replace(/[0-9a-f]{8}-[0-9a-f]{8} :/g, '00000000-00000000 :'));
  });
});

describe('/proc/vmstat', () => {
  it('counts free and CMA pages in every release that does', () => {
    for (const release of releaseNames) {
      const kernel = smallKernel({ release });
      const text = textOf(kernel, '/proc/vmstat');
      expect(text).toContain(`nr_free_pages ${kernel.pages.freePages}\n`);
      expect(text).toContain(`nr_free_cma ${kernel.cma.freePages}\n`);
      expect(text.includes('cma_alloc_success ')).toBe(kernel.release.behaviours.cmaVmstat);
      const names = text
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]);
      expect(new Set(names).size, release).toBe(names.length);
    }
  });

  it('has no counters of zones and options that are not configured', () => {
    const text = textOf(
      smallKernel({ symbols: ['ZONE_DMA=n', 'NUMA=n', 'TRANSPARENT_HUGEPAGE=n'] }),
      '/proc/vmstat',
    );
    expect(text).not.toMatch(/pgalloc_dma |numa_hit|thp_fault/);
    expect(text).toContain('pgalloc_dma32 0\n');
  });
});

describe('/proc/zoneinfo and /proc/buddyinfo', () => {
  it('show the zones, their watermarks and their CMA pages', () => {
    const kernel = smallKernel({ release: '6.12' });
    const text = textOf(kernel, '/proc/zoneinfo');
    expect(text.match(/^Node 0, zone .*$/gm)).toEqual(
      ['DMA', 'DMA32', 'Normal', 'Movable'].map((name) => `Node 0, zone ${name.padStart(8)}`),
    );
    expect(text).toContain('        spanned  65536\n        present  65536\n');
    expect(text).toContain('        cma      8192\n');
    const figure = (name: string) => Number(new RegExp(` ${name} +(\\d+)`).exec(text)?.[1]);
    expect(figure('min')).toBeGreaterThan(0);
    expect(figure('low')).toBeGreaterThan(figure('min'));
    expect(figure('high')).toBeGreaterThan(figure('low'));
  });

  it('count the same free pages by order as in all', () => {
    const kernel = smallKernel();
    const counts =
      /zone +DMA +(.*)/.exec(textOf(kernel, '/proc/buddyinfo'))?.[1]?.trim().split(/ +/).map(Number) ?? [];
    expect(counts.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(kernel.pages.freePages);
  });
});

describe('/proc/config.gz', () => {
  it('is the effective configuration, and the same bytes each time', () => {
    const [one, other] = [0, 1].map(() =>
      bytesOf(smallKernel({ symbols: ['CMA_SIZE_MBYTES=48'] }), '/proc/config.gz'),
    );
    expect(one).toEqual(other);
    const text = gunzipSync(one ?? new Uint8Array()).toString();
    const config = parseConfig(text, 'config.gz');
    expect(config.number('CMA_SIZE_MBYTES')).toBe(48);
    expect(config.symbols).toEqual(smallKernel({ symbols: ['CMA_SIZE_MBYTES=48'] }).config.symbols);
  });

  it('is missing without IKCONFIG_PROC', () => {
    expect(spawnProcess(smallKernel({ symbols: ['IKCONFIG_PROC=n'] })).readdir('/proc')).not.toContain(
      'config.gz',
    );
  });
});

describe('/sys/kernel/debug/cma', () => {
  const area = '/sys/kernel/debug/cma/linux,cma';

  it('allocates and frees the pages that are written to it', () => {
    const kernel = smallKernel();
    const used = () => Number(textOf(kernel, `${area}/used`));
    const before = used();
    store(kernel, `${area}/alloc`, '0x40\n');
    expect(used()).toBe(before + 64);
    store(kernel, `${area}/free`, '24');
    expect(used()).toBe(before + 40);
    store(kernel, `${area}/free`, '1000');
    expect(used()).toBe(before);
  });

  it.each([
    ['many', 'EINVAL'],
    ['1 2', 'EINVAL'],
    ['0', 'ENOMEM'],
    ['100000', 'ENOMEM'],
  ])('refuses "%s" with %s', (text, code) => {
    expect(() => store(smallKernel(), `${area}/alloc`, text)).toThrow(code);
  });
});
