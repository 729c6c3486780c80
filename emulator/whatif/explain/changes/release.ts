import { releaseNames } from '../../../linux/releases.ts';
import type { ChangeKind } from '../failure.ts';

/** Nothing else helps: another release, later ones first, nearest first. */
export const release: ChangeKind = {
  name: 'release',
  propose({ system }) {
    const { name } = system.environment.release;
    const at = releaseNames.indexOf(name.replace(/^(\d+\.\d+)\.0$/, '$1'));
    const later = releaseNames.slice(at + 1);
    const earlier = at < 0 ? [] : releaseNames.slice(0, at).toReversed();
    return [...later, ...earlier].map((other) => ({
      says: `boot Linux ${other}`,
      change: { kind: 'release', release: other },
    }));
  },
};
