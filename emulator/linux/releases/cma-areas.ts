import type { History } from './history.ts';

/** CMA areas: how many there can be, where they are placed, and what is said about it. */
export interface CmaAreaBehaviours {
  /** How many areas there can be for CONFIG_CMA_AREAS. */
  readonly cmaAreaSlots: 'one-more' | 'configured';
  /** CONFIG_CMA_AREAS where the configuration does not say. */
  readonly defaultCmaAreas: { readonly numa: number; readonly plain: number };
  /** When the `cma=`/Kconfig area is placed. */
  readonly defaultAreaTime: 'with-reservations' | 'after-memory-map' | 'before-memory-map';
  /** Where a non-fixed area is looked for first when there is memory above 4 GiB. */
  readonly areaAbove4GiB: 'never' | 'by-memory-end' | 'by-limit';
  /** Whether an area at the end of memory is said to cross into high memory where there is none. */
  readonly lowMemoryBoundary: 'always' | 'with-high-memory';
  /** Whether the lines about an area tell the size that was asked for, or the rounded one. */
  readonly reportedAreaSize: 'rounded' | 'asked';
  /** How a limit of `cma=SIZE@BASE-LIMIT` and the DMA limit combine. */
  readonly commandLineLimit: 'smaller' | 'command-line';
  /** The success line of the default area. */
  readonly reservedLine: 'plain' | 'with-node';
  /** Which failures print "Failed to reserve". */
  readonly reserveAreaFailures: 'some' | 'all';
}

export const cmaAreaHistory: History<CmaAreaBehaviours> = {
  cmaAreaSlots: [
    {
      since: 'rfc-2019',
      value: 'one-more',
      evidence: 'recorded',
      says: 'has room for one CMA area more than CONFIG_CMA_AREAS',
    },
    { since: '6.12', value: 'configured', evidence: 'recorded', says: 'has room for CONFIG_CMA_AREAS areas' },
  ],
  defaultCmaAreas: [
    {
      since: 'rfc-2019',
      value: { numa: 19, plain: 7 },
      evidence: 'read',
      says: 'defaults CONFIG_CMA_AREAS to 7, or 19',
    },
    {
      since: '6.12',
      value: { numa: 20, plain: 8 },
      evidence: 'read',
      says: 'defaults CONFIG_CMA_AREAS to 8, or 20',
    },
  ],
  defaultAreaTime: [
    {
      since: 'rfc-2019',
      value: 'with-reservations',
      evidence: 'inferred',
      says: 'places the cma=/Kconfig area right after the nodes of /reserved-memory',
    },
    {
      since: '5.11',
      backports: ['5.10'],
      value: 'after-memory-map',
      evidence: 'recorded',
      says: 'places the cma=/Kconfig area after the memory map',
    },
    {
      since: '7.2',
      value: 'before-memory-map',
      evidence: 'recorded',
      says: 'places the cma=/Kconfig area before the memory map',
    },
  ],
  areaAbove4GiB: [
    { since: 'rfc-2019', value: 'never', evidence: 'read', says: 'looks for the place of an area top-down' },
    {
      since: '5.12',
      value: 'by-memory-end',
      evidence: 'read',
      says: 'looks for the place of an area from 4 GiB upwards where memory reaches that far',
    },
    {
      since: '7.2',
      value: 'by-limit',
      evidence: 'read',
      says: "looks for the place of an area from 4 GiB upwards where the area's limit reaches that far",
    },
  ],
  lowMemoryBoundary: [
    {
      since: 'rfc-2019',
      value: 'always',
      evidence: 'recorded',
      says: 'calls the end of memory the low/high memory boundary',
    },
    {
      since: '6.17',
      value: 'with-high-memory',
      evidence: 'inferred',
      says: 'knows a low/high memory boundary only with high memory',
    },
    {
      since: '7.2',
      value: 'with-high-memory',
      evidence: 'recorded',
      says: 'knows a low/high memory boundary only with high memory',
    },
  ],
  reportedAreaSize: [
    {
      since: 'rfc-2019',
      value: 'rounded',
      evidence: 'recorded',
      says: 'reports the rounded size of an area',
    },
    {
      since: '6.14',
      value: 'asked',
      evidence: 'inferred',
      says: 'reports the size that an area was asked for',
    },
    {
      since: '7.2',
      value: 'asked',
      evidence: 'recorded',
      says: 'reports the size that an area was asked for',
    },
  ],
  commandLineLimit: [
    { since: 'rfc-2019', value: 'smaller', evidence: 'recorded', says: 'keeps cma= below the DMA limit' },
    {
      since: '7.2',
      value: 'command-line',
      evidence: 'read',
      says: 'lets the limit of cma= replace the DMA limit',
    },
  ],
  reservedLine: [
    {
      since: 'rfc-2019',
      value: 'plain',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area',
    },
    {
      since: '6.12',
      value: 'with-node',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area, with a node',
    },
    {
      since: '6.17',
      value: 'plain',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area',
    },
  ],
  reserveAreaFailures: [
    {
      since: 'rfc-2019',
      value: 'some',
      evidence: 'recorded',
      says: 'reports most failures to reserve an area',
    },
    { since: '6.17', value: 'all', evidence: 'read', says: 'reports every failure to reserve an area' },
  ],
};
