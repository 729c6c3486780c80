import { describe, expect, it } from 'vitest';
import { heapOptionAdvice, parseAssignment, parseConfig, referenceConfig, withSymbols } from './kconfig.ts';
import { pageGeometry } from './mm/page-geometry.ts';
import { releaseNamed } from './releases.ts';

const change = (...texts: readonly string[]) =>
  withSymbols(referenceConfig(releaseNamed('6.1')), texts.map(parseAssignment));

describe('a configuration file', () => {
  it('is read symbol by symbol', () => {
    const text =
      '# comment\nCONFIG_CMA=y\nCONFIG_VGEM=m\n# CONFIG_NUMA is not set\nCONFIG_CMA_AREAS=19\nCONFIG_NAME="a \\"b\\""\n';
    const config = parseConfig(text, 'my.config');
    expect(config.tristate('CMA')).toBe('y');
    expect(config.tristate('VGEM')).toBe('m');
    expect(config.enabled('NUMA')).toBe(false);
    expect(config.number('CMA_AREAS')).toBe(19);
    expect(config.string('NAME')).toBe('a "b"');
    expect(config.origin).toBe('my.config');
  });

  it('is refused with the line that is wrong', () => {
    expect(() => parseConfig('CONFIG_CMA=y\nnonsense\n', 'my.config')).toThrow(/my\.config:2.*nonsense/);
    expect(() => parseConfig('# nothing\n', 'my.config')).toThrow(/no configuration symbol/);
  });
});

describe('Kconfig', () => {
  const file = (...lines: readonly string[]) => parseConfig(lines.join('\n'), 'my.config');

  it('refuses a symbol whose dependency is not set, at its line', () => {
    expect(() => file('CONFIG_CMA=y', 'CONFIG_DMABUF_HEAPS=y', 'CONFIG_DMABUF_HEAPS_CMA=y')).toThrow(
      'my.config:3: DMABUF_HEAPS_CMA needs DMA_CMA, which is not set',
    );
    expect(() => file('CONFIG_CMA=y', '# CONFIG_SYSFS is not set', 'CONFIG_CMA_SYSFS=y')).toThrow(
      'my.config:3: CMA_SYSFS needs SYSFS, which is not set',
    );
  });

  it('refuses a value that the symbol cannot have', () => {
    expect(() => file('CONFIG_NUMA=m')).toThrow('my.config:1: NUMA is y or n, not "m"');
    expect(() => parseAssignment('CMA_SIZE_MBYTES=64M')).toThrow(
      'CMA_SIZE_MBYTES is a whole number, not "64M"',
    );
    expect(() => parseAssignment('CMA_ALIGNMENT=20')).toThrow('CMA_ALIGNMENT is from 2 to 12, not 20');
    expect(() => parseAssignment('PAGE_OFFSET=3G')).toThrow('PAGE_OFFSET is a hexadecimal number');
  });

  it('gives what is selected and what has a default', () => {
    const config = file('CONFIG_CMA=y', 'CONFIG_DMA_CMA=y', 'CONFIG_DMABUF_HEAPS=y', 'CONFIG_CMA_SYSFS=y');
    expect(config.enabled('DMA_SHARED_BUFFER')).toBe(true);
    expect(config.enabled('SYSFS')).toBe(true);
    expect(config.number('CMA_ALIGNMENT')).toBe(8);
  });

  it('measures the area by megabytes or by percentage, as the choice says', () => {
    const percentage = change('CMA_SIZE_SEL_PERCENTAGE=y');
    expect(percentage.number('CMA_SIZE_PERCENTAGE')).toBe(10);
    expect(percentage.number('CMA_SIZE_MBYTES')).toBeUndefined();
    const smaller = change('CMA_SIZE_SEL_MIN=y', 'CMA_SIZE_PERCENTAGE=5');
    expect(smaller.number('CMA_SIZE_PERCENTAGE')).toBe(5);
    expect(smaller.number('CMA_SIZE_MBYTES')).toBe(32);
    expect(() => change('CMA_SIZE_PERCENTAGE=20')).toThrow(
      'CMA_SIZE_PERCENTAGE does not count where CMA_SIZE_SEL_MBYTES is set',
    );
  });
});

describe('missing heaps', () => {
  const advice = (release: string, ...texts: readonly string[]) =>
    heapOptionAdvice(
      withSymbols(referenceConfig(releaseNamed(release)), texts.map(parseAssignment)),
      releaseNamed(release),
    );

  it('need no advice where both drivers are configured', () => {
    expect(advice('6.12')).toBeUndefined();
  });

  it('are told with the options to set, and from which release on a module would do', () => {
    expect(advice('6.12', 'DMABUF_HEAPS=n')).toBe(
      'DMABUF_HEAPS is not set, so there is no class dma_heap and no folder /dev/dma_heap; ' +
        'set DMABUF_HEAPS=y, DMABUF_HEAPS_SYSTEM=y and DMABUF_HEAPS_CMA=y; in Linux 6.12 they are built in or not there at all; ' +
        'from 7.2 on a module would do for a heap, not for DMABUF_HEAPS',
    );
    expect(advice('7.3', 'DMABUF_HEAPS=n')).toMatch(/in Linux 7.3 the heaps may be modules/);
  });

  it('are told with what the CMA heap needs beside itself', () => {
    expect(advice('6.12', 'CMA=n')).toMatch(
      /^DMABUF_HEAPS_CMA is not set, so its heap is missing; set DMABUF_HEAPS_CMA=y \(DMABUF_HEAPS_CMA needs CMA=y and DMA_CMA=y as well\)/,
    );
  });
});

describe('symbols set anew', () => {
  it('take with them what needs them', () => {
    expect(change('DMABUF_HEAPS=n').enabled('DMABUF_HEAPS_CMA')).toBe(false);
  });

  it('are refused where what they need is missing', () => {
    expect(() => change('DMA_CMA=n', 'DMABUF_HEAPS_CMA=y')).toThrow(
      'DMABUF_HEAPS_CMA needs DMA_CMA, which is not set',
    );
  });

  it('are one of a choice', () => {
    const config = change('CONFIG_ARM64_64K_PAGES=y');
    expect(config.enabled('ARM64_4K_PAGES')).toBe(false);
    expect(config.facts.pageShift).toBe(16);
  });
});

describe('page geometry', () => {
  it.each([
    ['5.10', [], 4],
    ['6.1', [], 2],
    ['6.1', ['HUGETLBFS=n', 'HUGETLB_PAGE=n'], 4],
    ['6.12', ['HUGETLBFS=n', 'HUGETLB_PAGE=n'], 2],
    ['6.12', ['HUGETLBFS=n', 'HUGETLB_PAGE=n', 'TRANSPARENT_HUGEPAGE=n'], 4],
    ['6.1', ['ARM64_16K_PAGES=y'], 32],
    ['6.1', ['ARM64_64K_PAGES=y'], 512],
  ] as const)('of %s with %j has areas of multiples of %i MiB', (name, symbols, quantumMiB) => {
    const release = releaseNamed(name);
    const config = withSymbols(referenceConfig(release), symbols.map(parseAssignment));
    expect(pageGeometry(release, config).cmaQuantumBytes).toBe(BigInt(quantumMiB) << 20n);
  });
});
