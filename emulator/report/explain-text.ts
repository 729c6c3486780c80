import pc from 'picocolors';
import type { Attempt, Decision, Obstacle } from '../base/decisions.ts';
import { formatPosition, type SourcePosition } from '../base/position.ts';
import { formatSize, hex } from '../base/units.ts';
import type { Explanation, ProposedChange } from '../whatif/explain/explain.ts';

/** Obstacles beyond this many are counted only. */
const mostObstacles = 8;

/** An explanation for people: who asked, what was decided and why, what stood in the way, and what would help. */
export function explainText(explanation: Explanation, colour: boolean): string {
  const colours = pc.createColors(colour);
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  const { granted, verdict, asked, decisions, obstacles } = explanation;
  return [
    `${(granted ? colours.green : colours.red)(verdict)}\n`,
    section('Asked', `  ${asked.says.replace(/\.$/, '')}${where(asked.position)}\n`),
    section('Decided', decisions.map(decisionLines).join('')),
    section('In the way', obstacleLines(obstacles)),
    section('Would help', help(explanation)),
    section('Room', room(explanation)),
  ].join('');
}

function decisionLines({ outcome, rule, position, tried, evidence }: Decision): string {
  const known = evidence === 'recorded' ? '' : `, ${evidence}`;
  const attempts = tried.map((attempt) => `    tried ${attemptText(attempt)}\n`).join('');
  return `  ${outcome} (${rule}${known})${where(position)}\n${attempts}`;
}

function attemptText({ what, sizeBytes, alignBytes, result }: Attempt): string {
  const size =
    sizeBytes === undefined || what.includes(formatSize(sizeBytes)) ? '' : `${formatSize(sizeBytes)} `;
  const aligned =
    alignBytes === undefined || what.includes('steps') ? '' : `, aligned to ${formatSize(alignBytes)}`;
  return `${size}${what}${aligned}: ${result}`;
}

function obstacleLines(obstacles: readonly Obstacle[]): string {
  const shown = obstacles.slice(0, mostObstacles).map((obstacle) => `  ${obstacleText(obstacle)}\n`);
  const more = obstacles.length - shown.length;
  return [...shown, more > 0 ? `  and ${more} more\n` : ''].join('');
}

function obstacleText({ what, baseBytes, sizeBytes, position }: Obstacle): string {
  const end =
    baseBytes === undefined || sizeBytes === undefined ? '' : `, up to ${hex(baseBytes + sizeBytes)}`;
  return `${what}${end}${where(position)}`;
}

function help({ granted, change, largest, firstStep, boots }: Explanation): string {
  if (granted) return '';
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
  lines.push(`(${boots} boots tried)`);
  return lines.map((line) => `  ${line}\n`).join('');
}

function changeLines({ says, option, value, tooLittle }: ProposedChange, before = ''): readonly string[] {
  const less = tooLittle === undefined ? [] : [`one step less, ${shellWord(tooLittle)}, is not enough`];
  return [`${before}${says}:`, `  ${option} ${shellWord(value)}`, ...less.map((line) => `  ${line}`)];
}

function room({ room: found }: Explanation): string {
  return found === undefined ? '' : `  ${found.says}\n    ${found.option} ${shellWord(found.value)}\n`;
}

/** A word as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function where(position: SourcePosition | undefined): string {
  return position === undefined ? '' : `, ${formatPosition(position)}`;
}
