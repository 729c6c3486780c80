import pc from 'picocolors';
import type { Difference } from '../whatif/scenario/observed.ts';
import type { ScenarioResult } from '../whatif/scenario/run.ts';
import type { ScenarioDocument } from './scenario-json.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** Scenarios for people: a line for each, for those that failed what was expected and what was seen, and the count. */
export function scenarioText(document: ScenarioDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const lines = document.scenarios.map((result) => resultText(result, colours));
  return `${lines.join('')}${document.passed} passed, ${document.failed} failed\n`;
}

function resultText(result: ScenarioResult, colours: Colours): string {
  const mark = result.verdict === 'passed' ? colours.green('✓') : colours.red('✗');
  const head = `${mark} ${colours.bold(result.name)} ${result.summary}\n`;
  if (result.verdict === 'passed') return head;
  const refusal =
    result.verdict === 'refused'
      ? '    refused: what "after" expects also holds without the change, so this shows nothing\n'
      : '';
  return [
    head,
    `    ${result.file}\n`,
    refusal,
    ...result.before.map((difference) => differenceText('before', difference, colours)),
    ...result.after.map((difference) => differenceText('after', difference, colours)),
  ].join('');
}

function differenceText(side: string, { what, expected, seen }: Difference, colours: Colours): string {
  const line = (mark: string, text: string) => `${mark} ${text.replaceAll('\n', '\n        ')}`;
  return [
    `    ${side}: ${what}\n`,
    `      ${colours.green(line('- expected', expected))}\n`,
    `      ${colours.red(line('+ seen    ', seen))}\n`,
  ].join('');
}
