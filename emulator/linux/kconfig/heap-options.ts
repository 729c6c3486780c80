import type { KernelConfig } from '../kconfig.ts';
import { type Release, releaseNamed, releaseNames } from '../releases.ts';

const drivers = ['DMABUF_HEAPS_SYSTEM', 'DMABUF_HEAPS_CMA'] as const;

/**
 * What keeps heaps away by configuration, as sentences: which options to set, and from which release on a module
 * would do. Undefined where both heap drivers are configured.
 */
export function heapOptionAdvice(config: KernelConfig, release: Release): string | undefined {
  const missing = drivers.filter((symbol) => !config.enabled(symbol));
  if (missing.length === 0) return undefined;
  const hasClass = config.enabled('DMABUF_HEAPS');
  const wanted = [...(hasClass ? [] : ['DMABUF_HEAPS']), ...missing].map((symbol) => `${symbol}=y`);
  const [plain, effect] = hasClass
    ? [
        missing.join(' and '),
        missing.length === 1 ? 'its heap is missing' : 'there is no heap in /dev/dma_heap',
      ]
    : ['DMABUF_HEAPS', 'there is no class dma_heap and no folder /dev/dma_heap'];
  const verb = hasClass && missing.length > 1 ? 'are' : 'is';
  return `${plain} ${verb} not set, so ${effect}; set ${list(wanted)}${needs(config, missing)}; ${moduleRule(release)}`;
}

/** What the CMA heap needs beside itself. */
function needs(config: KernelConfig, missing: readonly string[]): string {
  const lacking = ['CMA', 'DMA_CMA'].filter((symbol) => !config.enabled(symbol));
  if (!missing.includes('DMABUF_HEAPS_CMA') || lacking.length === 0) return '';
  return ` (DMABUF_HEAPS_CMA needs ${list(lacking.map((symbol) => `${symbol}=y`))} as well)`;
}

function moduleRule(release: Release): string {
  if (release.behaviours.heapDrivers === 'modules') {
    return `in Linux ${release.name} the heaps may be modules, DMABUF_HEAPS may not`;
  }
  const first = releaseNames.find(
    (name) => !name.startsWith('rfc') && releaseNamed(name).behaviours.heapDrivers === 'modules',
  );
  const later =
    first === undefined ? '' : `; from ${first} on a module would do for a heap, not for DMABUF_HEAPS`;
  return `in Linux ${release.name} they are built in or not there at all${later}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
