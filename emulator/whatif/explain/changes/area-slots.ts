import type { ChangeKind } from '../failure.ts';
import { doubling } from '../places.ts';

/** As many areas as the kernel has room for: configure room for more. */
export const areaSlots: ChangeKind = {
  name: 'area-slots',
  propose({ system, region, decisions }) {
    const full = /CMA areas are taken/;
    const reasons = [region?.reason ?? '', ...decisions.map(({ outcome }) => outcome)];
    if (!reasons.some((reason) => full.test(reason))) return [];
    const { config, release } = system.environment;
    const { numa, plain } = release.behaviours.defaultCmaAreas;
    const now = config.number('CMA_AREAS') ?? (config.facts.numa ? numa : plain);
    return [
      {
        probes: doubling(64),
        at: (step) => ({
          says: `configure room for ${now + step} areas`,
          change: { kind: 'kconfig', symbol: 'CMA_AREAS', value: String(now + step) },
        }),
      },
    ];
  },
};
