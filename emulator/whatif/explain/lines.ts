import type { Attempt, Decision, Obstacle } from '../../base/decisions.ts';
import { formatPosition, type SourcePosition } from '../../base/position.ts';
import { formatSize, hex } from '../../base/units.ts';
import type { SizeSource } from './cma-size.ts';
import type { Explanation, ProposedChange } from './explain.ts';

/** Obstacles beyond this many are counted only. */
const mostObstacles = 8;

/** An explanation as lines of text, by what they tell; a part of which there is nothing to tell has none. */
export interface ExplanationLines {
  readonly verdict: readonly string[];
  readonly asked: readonly string[];
  readonly sources: readonly string[];
  readonly decided: readonly string[];
  readonly inTheWay: readonly string[];
  readonly wouldHelp: readonly string[];
  readonly room: readonly string[];
}

/** Puts an explanation into words. */
export function explanationLines(explanation: Explanation): ExplanationLines {
  const { verdict, asked, decisions, obstacles } = explanation;
  return {
    verdict: [verdict],
    asked: [`${asked.says.replace(/\.$/, '')}${where(asked.position)}`],
    sources: (explanation.sources ?? []).flatMap(sourceLines),
    decided: decisions.flatMap(decisionLines),
    inTheWay: obstacleLines(obstacles),
    wouldHelp: help(explanation),
    room: room(explanation),
  };
}

function sourceLines({
  source,
  says,
  position,
  decides,
  option,
  value,
  effect,
}: SizeSource): readonly string[] {
  return [
    `${source}${decides ? ' (decides)' : ''}: ${says}${where(position)}`,
    `  ${option} ${shellWord(value)}: ${effect}`,
  ];
}

function decisionLines({ outcome, rule, position, tried, evidence }: Decision): readonly string[] {
  const known = evidence === 'recorded' ? '' : `, ${evidence}`;
  const attempts = tried.map((attempt) => `  tried ${attemptText(attempt)}`);
  return [`${outcome} (${rule}${known})${where(position)}`, ...attempts];
}

function attemptText({ what, sizeBytes, alignBytes, result }: Attempt): string {
  const size =
    sizeBytes === undefined || what.includes(formatSize(sizeBytes)) ? '' : `${formatSize(sizeBytes)} `;
  const aligned =
    alignBytes === undefined || what.includes('steps') ? '' : `, aligned to ${formatSize(alignBytes)}`;
  return `${size}${what}${aligned}: ${result}`;
}

function obstacleLines(obstacles: readonly Obstacle[]): readonly string[] {
  const shown = obstacles.slice(0, mostObstacles).map(obstacleText);
  const more = obstacles.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

function obstacleText({ what, baseBytes, sizeBytes, position }: Obstacle): string {
  const end =
    baseBytes === undefined || sizeBytes === undefined ? '' : `, up to ${hex(baseBytes + sizeBytes)}`;
  return `${what}${end}${where(position)}`;
}

function help({ granted, change, largest, firstStep, boots, sources }: Explanation): readonly string[] {
  if (granted || sources !== undefined) return [];
  const lines = [
    ...(change === undefined ? [] : changeLines(change)),
    ...(largest === undefined ? [] : changeLines(largest, change === undefined ? '' : 'or ')),
  ];
  if (change === undefined && largest !== undefined)
    lines.unshift('No change of one value keeps the whole wish; a smaller one:');
  if (lines.length === 0) {
    lines.push('No change of one value that was tried helps by itself.');
    if (firstStep !== undefined) lines.push(...changeLines(firstStep), `then ${firstStep.outcome}`);
  }
  return [...lines, `(${boots} boots tried)`];
}

function changeLines({ says, option, value, tooLittle }: ProposedChange, before = ''): readonly string[] {
  const less = tooLittle === undefined ? [] : [`one step less, ${shellWord(tooLittle)}, is not enough`];
  return [`${before}${says}:`, `  ${option} ${shellWord(value)}`, ...less.map((line) => `  ${line}`)];
}

function room({ room: found }: Explanation): readonly string[] {
  if (found === undefined) return [];
  const because = found.because === undefined ? [] : [`  ${found.because}`];
  return [found.says, `  ${found.option} ${shellWord(found.value)}`, ...because];
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function where(position: SourcePosition | undefined): string {
  return position === undefined ? '' : `, ${formatPosition(position)}`;
}
