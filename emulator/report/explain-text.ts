import pc from 'picocolors';
import type { Explanation } from '../whatif/explain/explain.ts';
import { explanationLines } from '../whatif/explain/lines.ts';

/** An explanation for people: who asked, what was decided and why, what stood in the way, and what would help. */
export function explainText(explanation: Explanation, colour: boolean): string {
  const colours = pc.createColors(colour);
  const { verdict, asked, sources, decided, inTheWay, wouldHelp, room } = explanationLines(explanation);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `\n${colours.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  const tone = explanation.granted ? colours.green : colours.red;
  return [
    verdict.map((line) => `${tone(line)}\n`).join(''),
    section('Asked', asked),
    section('Sources', sources),
    section('Decided', decided),
    section('In the way', inTheWay),
    section('Would help', wouldHelp),
    section('Room', room),
  ].join('');
}
