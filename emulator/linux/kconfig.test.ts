import { describe, expect, it } from 'vitest';
import { parseAssignment, parseConfig, referenceConfig, withSymbols } from './kconfig.ts';
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
