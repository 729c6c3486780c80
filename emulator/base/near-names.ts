import { distance } from 'fastest-levenshtein';

/** The known names that a mistyped one probably meant, best first, at most three. */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const tolerance = Math.max(1, Math.floor((name.length + 1) / 3));
  return known
    .map((candidate) => ({ candidate, ...costOf(wanted, candidate.toLowerCase()) }))
    .filter(({ cost }) => cost <= tolerance)
    .sort((a, b) => a.cost - b.cost || a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** An abbreviation counts as one slip: `qemu` means `qemu-virt`. */
function costOf(wanted: string, candidate: string): { readonly cost: number; readonly edits: number } {
  const edits = distance(wanted, candidate);
  const abbreviated = wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
  return { cost: abbreviated ? Math.min(1, edits) : edits, edits };
}
