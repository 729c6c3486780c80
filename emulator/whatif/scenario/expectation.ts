import type { YamlDocument, YamlFailure } from '../../base/yaml-input.ts';
import { keysOf, refuseUnknownKeys, within } from '../../userland/workload/yaml-checks.ts';
import type { Compare } from './facet.ts';
import { facets } from './facets/index.ts';
import { failureText } from './facets/workloads.ts';
import type { Difference, Observed } from './observed.ts';

/** What should hold on one side of a scenario. */
export interface Expectation {
  /** The facets that it speaks of. */
  readonly keys: readonly string[];
  /** Where what came differs; empty where it holds. */
  compare: Compare;
}

/** Reads an expectation: a map of facets, of which there is one at least. */
export function readExpectation(document: YamlDocument, name: string, fail: YamlFailure): Expectation {
  const known = [...facets.keys()];
  refuseUnknownKeys(document, known, name, fail);
  const keys = keysOf(document);
  if (keys.length === 0)
    throw fail(`${name} says at least one of ${known.join(', ')}`, document.positionOf([]));
  const compares = keys.flatMap((key): readonly Compare[] => {
    const facet = facets.get(key);
    return facet === undefined ? [] : [facet.read(within(document, [key], key), fail)];
  });
  return {
    keys,
    compare: (observed) => [...unspoken(keys, observed), ...compares.flatMap((compare) => compare(observed))],
  };
}

/** What is expected without being said: that the input boots, the kernel lives and the workloads pass. */
function unspoken(keys: readonly string[], { refusal, summary, outcome }: Observed): readonly Difference[] {
  const speaksOf = (...some: readonly string[]) => some.some((key) => keys.includes(key));
  if (refusal !== undefined) {
    return speaksOf('refused')
      ? []
      : [{ what: 'boot', expected: 'to begin', seen: `refused: ${refusal.message}` }];
  }
  if (summary?.booted === false && !speaksOf('booted', 'panic')) {
    return [{ what: 'booted', expected: 'true', seen: `a panic: ${summary.panic ?? ''}` }];
  }
  if (speaksOf('workloads', 'errno')) return [];
  return (outcome?.failures ?? []).map((failure) => ({
    what: `workload ${failure.job}`,
    expected: 'passes',
    seen: failureText(failure),
  }));
}
