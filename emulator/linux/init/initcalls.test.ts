import { describe, expect, it } from 'vitest';
import { smallKernel } from '../../testing/small-kernel.ts';
import { spawnProcess } from '../../userland/process.ts';
import { S_IFCHR, S_IFDIR } from '../uapi/stat.ts';

function nodes(kernel: ReturnType<typeof smallKernel>) {
  const process = spawnProcess(kernel);
  return process.readdir('/dev/dma_heap').map((name) => process.stat(`/dev/dma_heap/${name}`));
}

describe('the major of dma_heap', () => {
  const major = (...symbols: string[]) => smallKernel({ symbols }).dmaHeaps.all[0]?.major;

  it('is the first free one from 254 down', () => {
    expect(major('GPIOLIB=n', 'TCG_TPM=n', 'DAX=n')).toBe(254);
  });

  it('is lower by one for each driver that takes its major earlier', () => {
    expect(major('GPIOLIB=y', 'TCG_TPM=n', 'DAX=n')).toBe(253);
    expect(major('GPIOLIB=y', 'TCG_TPM=y', 'DAX=n')).toBe(252);
    expect(major('GPIOLIB=y', 'TCG_TPM=y', 'DAX=y')).toBe(251);
  });

  it('is not touched by drivers that are modules', () => {
    expect(major('GPIOLIB=y', 'TCG_TPM=m', 'DAX=m')).toBe(253);
  });
});

describe('heaps of a boot', () => {
  const heaps = (options: Parameters<typeof smallKernel>[0]) =>
    smallKernel(options).dmaHeaps.all.map(({ name, minor }) => `${minor} ${name}`);
  const two = [
    { name: 'first', pageCount: 2048 },
    { name: 'second', pageCount: 2048, isDefault: false },
  ];

  it('are the system heap and the default area, until 6.16', () => {
    expect(heaps({ release: '6.1', areas: two })).toEqual(['0 system', '1 first']);
  });

  it('have a fixed name and the old one beside it in 6.17', () => {
    expect(heaps({ release: '6.17', areas: two, symbols: ['DMABUF_HEAPS_CMA_LEGACY=y'] })).toEqual([
      '0 system',
      '1 default_cma_region',
      '2 first',
    ]);
    expect(heaps({ release: '6.17', areas: two, symbols: ['DMABUF_HEAPS_CMA_LEGACY=n'] })).toHaveLength(2);
  });

  it('are one for every reusable region in 7.3, the default area twice', () => {
    expect(heaps({ release: '7.3', areas: two })).toEqual([
      '0 system',
      '1 default_cma_region',
      '2 first',
      '3 second',
    ]);
  });

  it('are the default area alone under the explicit policy, by both of its names', () => {
    expect(heaps({ release: '7.3', areas: two, exportPolicy: 'explicit' })).toEqual([
      '0 system',
      '1 default_cma_region',
      '2 first',
    ]);
  });

  it('are none without DMABUF_HEAPS, and there is no folder for them', () => {
    const kernel = smallKernel({ symbols: ['DMABUF_HEAPS=n'] });
    expect(kernel.dmaHeaps.all).toEqual([]);
    expect(spawnProcess(kernel).readdir('/dev')).not.toContain('dma_heap');
  });

  it('leave out an area named like the system heap, with what sysfs and the framework say', () => {
    const kernel = smallKernel({ areas: [{ name: 'system', pageCount: 2048 }] });
    expect(kernel.dmaHeaps.all.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['system system']);
    expect(kernel.log.lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "sysfs: cannot create duplicate filename '/devices/virtual/dma_heap/system'",
        'dma_heap: Unable to create device',
      ]),
    );
  });

  it('go on behind a region that is refused where the release does', () => {
    const kernel = smallKernel({
      release: '7.3',
      areas: [
        { name: 'system', pageCount: 2048 },
        { name: 'other', pageCount: 2048, isDefault: false },
      ],
    });
    expect(kernel.dmaHeaps.all.map(({ name }) => name)).toEqual(['system', 'default_cma_region', 'other']);
    expect(kernel.log.lines.at(-2)?.text).toBe('cma_heap: Failed to add CMA heap system');
  });
});

describe('/dev/dma_heap', () => {
  it('holds a node for each heap that only root may open', () => {
    const kernel = smallKernel();
    expect(nodes(kernel)).toMatchObject([
      { mode: S_IFCHR | 0o600, uid: 0, gid: 0 },
      { mode: S_IFCHR | 0o600, uid: 0, gid: 0 },
    ]);
    expect(spawnProcess(kernel).stat('/dev/dma_heap').mode).toBe(S_IFDIR | 0o755);
  });
});
