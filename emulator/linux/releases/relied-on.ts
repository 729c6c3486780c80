import type { Release } from '../releases.ts';
import type { Behaviours } from './behaviours.ts';

/** A release as one boot sees it: it remembers which of its inferred behaviours the boot has looked at. */
export interface ReliedRelease extends Release {
  /** In the order in which they were first looked at. Grows while the system runs. */
  readonly inferredInUse: ReadonlySet<keyof Behaviours>;
}

/**
 * The release for one boot. Only inferred behaviours are watched, so that the others stay as cheap as they are; those
 * who read one do so where its value makes a difference, not before.
 */
export function watched(release: Release): ReliedRelease {
  const inferredInUse = new Set<keyof Behaviours>();
  const behaviours: Behaviours = { ...release.behaviours };
  for (const name of inferredNames(release)) {
    const value = release.behaviours[name];
    Object.defineProperty(behaviours, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        inferredInUse.add(name);
        Object.defineProperty(behaviours, name, { value });
        return value;
      },
    });
  }
  return { ...release, behaviours, inferredInUse };
}

const known = new WeakMap<Release, readonly (keyof Behaviours)[]>();

function inferredNames(release: Release): readonly (keyof Behaviours)[] {
  const found = known.get(release);
  if (found !== undefined) return found;
  const names = (Object.keys(release.behaviours) as (keyof Behaviours)[]).filter(
    (name) => release.evidence(name) === 'inferred',
  );
  known.set(release, names);
  return names;
}
