import type { Facet } from '../facet.ts';
import { areas } from './areas.ts';
import { booted } from './booted.ts';
import { consumers } from './consumers.ts';
import { errno } from './errno.ts';
import { explain } from './explain.ts';
import { explanation } from './explanation.ts';
import { findings } from './findings.ts';
import { heaps } from './heaps.ts';
import { leaks } from './leaks.ts';
import { log } from './log.ts';
import { meminfo } from './meminfo.ts';
import { panic } from './panic.ts';
import { refused } from './refused.ts';
import { regions } from './regions.ts';
import { workloads } from './workloads.ts';

const all = [
  booted,
  panic,
  refused,
  regions,
  areas,
  heaps,
  meminfo,
  log,
  explanation,
  explain,
  workloads,
  consumers,
  errno,
  leaks,
  findings,
];

/** What an expectation may speak of, by key. Two of one key are our mistake. */
export const facets: ReadonlyMap<string, Facet> = registry(all);

function registry(facets: readonly Facet[]): ReadonlyMap<string, Facet> {
  const known = new Map<string, Facet>();
  for (const facet of facets) {
    if (known.has(facet.key)) throw new Error(`two facets are called ${facet.key}`);
    known.set(facet.key, facet);
  }
  return known;
}
