import type { Evidence } from '../base/decisions.ts';
import {
  defaultRelease,
  type Release,
  releaseDifferences,
  releaseNamed,
  releaseNames,
} from '../linux/releases.ts';

/** A difference between two releases, as a sentence, and how it is known. */
export interface DifferenceDocument {
  readonly behaviour: string;
  readonly sentence: string;
  /** What the older one does, as half a sentence. */
  readonly before: string;
  readonly after: string;
  readonly evidence: Evidence;
}

/** A release in the list, with what it changed against the one before it. */
export interface ReleaseDocument {
  readonly name: string;
  readonly version: string;
  /** Whether this very version's source was read, or stands between versions that were. */
  readonly source: 'read' | 'interpolated';
  readonly isDefault: boolean;
  /** The release before it; null for the oldest. */
  readonly previous: string | null;
  readonly changes: readonly DifferenceDocument[];
}

/** The document that `heapboard releases --json` prints. */
export interface ReleasesDocument {
  readonly schemaVersion: 1;
  readonly releases: readonly ReleaseDocument[];
}

/** The document that `heapboard releases diff A B --json` prints. */
export interface ReleaseDiffDocument {
  readonly schemaVersion: 1;
  readonly before: { readonly name: string; readonly version: string };
  readonly after: { readonly name: string; readonly version: string };
  readonly differences: readonly DifferenceDocument[];
}

/** All releases, oldest first. */
export function releasesDocument(): ReleasesDocument {
  const all = releaseNames.map(releaseNamed);
  const releases = all.map((release, index): ReleaseDocument => {
    const previous = all[index - 1];
    return {
      name: release.name,
      version: release.version,
      source: release.source,
      isDefault: release.name === defaultRelease,
      previous: previous?.name ?? null,
      changes: previous === undefined ? [] : differencesOf(previous, release),
    };
  });
  return { schemaVersion: 1, releases };
}

/** What is different in one release against another; an unknown name is an InputError. */
export function releaseDiffDocument(beforeName: string, afterName: string): ReleaseDiffDocument {
  const [before, after] = [releaseNamed(beforeName), releaseNamed(afterName)];
  return {
    schemaVersion: 1,
    before: { name: before.name, version: before.version },
    after: { name: after.name, version: after.version },
    differences: differencesOf(before, after),
  };
}

/** Two releases may do the same for different reasons: such entries of the table are no difference. */
function differencesOf(before: Release, after: Release): readonly DifferenceDocument[] {
  return releaseDifferences(before, after)
    .filter((difference) => difference.before !== difference.after)
    .map((difference) => ({
      ...difference,
      sentence: `Linux ${before.name} ${difference.before}; Linux ${after.name} ${difference.after}.`,
    }));
}
