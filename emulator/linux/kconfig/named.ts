import { inputError } from '../../base/input-error.ts';
import type { KernelConfig } from '../kconfig.ts';
import { moduleDefinitions } from '../kernel/module/index.ts';
import type { Release } from '../releases.ts';
import { type SymbolAssignment, withSymbols } from './assignments.ts';
import { referenceConfig } from './reference.ts';
import { SymbolConfig } from './symbols.ts';

type Named = (release: Release, architecture: 'arm64' | 'arm') => KernelConfig;

const heaps = ['DMABUF_HEAPS_SYSTEM', 'DMABUF_HEAPS_CMA'];

function heapsAs(release: Release, value: 'm' | 'n'): readonly SymbolAssignment[] {
  const own = heaps.map((symbol) => ({ symbol, value }));
  return value === 'n' && release.behaviours.defconfigHeaps === 'none'
    ? [...own, { symbol: 'DMABUF_HEAPS', value }]
    : own;
}

/** Takes another name for a configuration. */
function called(name: string, release: Release, config: KernelConfig): KernelConfig {
  const architecture = config.facts.architecture === 'arm' ? 'arm ' : '';
  return new SymbolConfig(`${name} ${architecture}${release.name}`, config.symbols, true);
}

/** The configurations that come with Heapboard, by the name that --config takes. */
const named: ReadonlyMap<string, Named> = new Map<string, Named>([
  ['reference', referenceConfig],
  [
    'defconfig',
    (release, architecture) => {
      const value = release.behaviours.defconfigHeaps === 'modules' ? 'm' : 'n';
      const reference = referenceConfig(release, architecture);
      return called('defconfig', release, withSymbols(reference, heapsAs(release, value)));
    },
  ],
  [
    'heap-modules',
    (release, architecture) => {
      const reference = referenceConfig(release, architecture);
      return called('heap-modules', release, withSymbols(reference, heapsAs(release, 'm')));
    },
  ],
]);

/** Names that stand for a configuration in place of a file. */
export const configNames: readonly string[] = [...named.keys()];

/** A configuration by its name; undefined where there is none of that name. */
export function namedConfig(
  name: string,
  release: Release,
  architecture: 'arm64' | 'arm' = 'arm64',
): KernelConfig | undefined {
  return named.get(name)?.(release, architecture);
}

/** What Kconfig would not let be: a module of something that the release knows as yes or no only. */
export function refuseImpossibleModules(config: KernelConfig, release: Release): void {
  for (const { symbol, isTristate, exists } of moduleDefinitions.values()) {
    if (symbol === undefined || config.tristate(symbol) !== 'm' || isTristate(release.behaviours)) continue;
    const why = exists(release.behaviours) ? 'is y or n' : 'does not exist';
    const problem = `${symbol}=m: ${symbol} ${why} in ${release.name}; heaps may be modules from 7.2 on, and in rfc-2019-modules`;
    throw inputError('kconfig-broken', { problem: `${config.origin}: ${problem}` });
  }
}
