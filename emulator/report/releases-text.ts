import pc from 'picocolors';
import type { Evidence } from '../base/decisions.ts';
import type {
  DifferenceDocument,
  ReleaseDiffDocument,
  ReleaseDocument,
  ReleasesDocument,
} from './releases-json.ts';

const evidenceTexts: Readonly<Record<Evidence, string>> = {
  recorded: 'seen in records of a real kernel',
  read: 'read in its source',
  inferred: 'inferred',
};

/** The releases for people: each with what it changed against the one before. */
export function releasesText({ releases }: ReleasesDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  return releases.map((release) => `${colours.bold(headline(release))}\n${changes(release)}`).join('\n');
}

function headline({ name, version, source, isDefault }: ReleaseDocument): string {
  const known = source === 'read' ? 'read' : 'taken from its neighbours';
  return `${name}  ${version}, ${known}${isDefault ? '; booted where nobody names another' : ''}`;
}

function changes({ previous, changes: list }: ReleaseDocument): string {
  if (previous === null) return '  the oldest; the others are told as changes against it\n';
  if (list.length === 0) return `  behaves as ${previous}\n`;
  return list.map(({ after, evidence }) => `  ${after} (${evidence})\n`).join('');
}

/** The differences of two releases for people, one sentence each, with its evidence. */
export function releaseDiffText(
  { before, after, differences }: ReleaseDiffDocument,
  colour: boolean,
): string {
  const colours = pc.createColors(colour);
  const title = `Linux ${before.name} (${before.version}) and ${after.name} (${after.version})`;
  if (differences.length === 0) return `${colours.bold(title)}\n  behave alike in all that is modelled\n`;
  const count = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  return `${colours.bold(`${title}: ${count}`)}\n${differences.map(line).join('')}`;
}

function line({ sentence, behaviour, evidence }: DifferenceDocument): string {
  return `  ${sentence}\n    ${behaviour}, ${evidenceTexts[evidence]}\n`;
}
