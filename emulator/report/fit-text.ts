import pc from 'picocolors';
import { formatPosition } from '../base/position.ts';
import { columns } from './columns.ts';
import type { FitDocument, FitFailure } from './fit-json.ts';
import { peopleSize } from './people-size.ts';

/** An answer for people: the size first, then what it rests on. */
export function fitText(fit: FitDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const where = `${fit.board ?? 'devicetree'}: Linux ${fit.release}, ${fit.workloads.join(' and ')}`;
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  if (fit.smallestBytes === null) {
    return [
      `${colours.bold(where)}\n`,
      `${colours.red('no size passes')}: ${fit.trials.length} were tried, in steps of ${size(fit.stepBytes)}\n`,
      section('Tried', columns(fit.trials.map(trialRow))),
      section('Places', placesText(fit)),
    ].join('');
  }
  return [
    `${colours.bold(where)}\n`,
    `smallest ${fit.isDefaultArea ? 'default area' : `area ${fit.area}`}: ${colours.green(size(fit.smallestBytes))}\n`,
    `set it with ${fit.options.join(' ')}\n`,
    columns(facts(fit, fit.smallestBytes)),
    section('One step less', belowText(fit)),
    section('Random turns', seedsText(fit)),
    section('Places', placesText(fit)),
  ].join('');
}

function size(bytes: number | null): string {
  return bytes === null ? 'none' : peopleSize(bytes);
}

function facts(fit: FitDocument, smallest: number): readonly (readonly string[])[] {
  const { recommended, highWaterBytes = 0, bootBytes = 0 } = fit;
  const above = fit.failingAboveBytes.map((bytes) => size(bytes)).join(', ');
  const monotonic =
    above === ''
      ? 'the next larger sizes pass as well'
      : `not monotonic: ${above} fail; from ${size(fit.steadyBytes)} on all that were tried pass`;
  const proof = fit.isProven ? 'every smaller size is ruled out' : 'sizes far below were not tried';
  return [
    ['step', size(fit.stepBytes), `the size is stated by the ${fit.sizedBy}`],
    ['high water', size(highWaterBytes), `${size(bootBytes)} of it since the boot`],
    ['lost to holes', size(fit.fragmentationLossBytes), share(fit.fragmentationLossBytes, smallest)],
    ['leaves', size(fit.leavesBytes), 'of memory for what cannot move'],
    ['power of two', size(fit.powerOfTwoBytes)],
    ['checked', proof, monotonic],
    ...(recommended === null
      ? []
      : [
          [
            `with ${recommended.marginPercent} %`,
            size(recommended.sizeBytes),
            recommended.passed ? 'passes' : 'FAILS: passing is not monotonic here',
          ],
        ]),
  ];
}

function share(part: number | null, whole: number): string {
  return whole === 0 ? '' : `${Math.round(((part ?? 0) / whole) * 100)} %`;
}

function belowText({ below }: FitDocument): string {
  if (below === null) return '';
  if (below.failure !== undefined) return `  ${size(below.sizeBytes)}\n${failureText(below.failure)}`;
  return `  ${size(below.sizeBytes)}: ${below.why ?? 'passes'}\n`;
}

function failureText({ process, step, problem, position, why }: FitFailure): string {
  const place = position === undefined ? '' : `${formatPosition(position)}: `;
  return `  ${place}${process}: ${step}\n    ${problem}\n${why.map((reason) => `    ${reason}\n`).join('')}`;
}

function trialRow(trial: FitDocument['trials'][number]): readonly string[] {
  const { failure } = trial;
  const reason = trial.why ?? (failure === undefined ? '' : `${failure.step}: ${failure.problem}`);
  return [size(trial.sizeBytes), trial.passed ? 'passes' : 'fails', reason];
}

function seedsText({ seeds }: FitDocument): string {
  if (seeds === null) return '';
  return columns([
    ['worst', size(seeds.worstBytes), `all of ${seeds.count} pass`],
    ['typical', size(seeds.typicalBytes), 'half of them need no more'],
  ]);
}

function placesText({ places }: FitDocument): string {
  return columns(
    (places ?? []).map(({ base, smallestBytes, why, unreachedBy }) => [
      base,
      size(smallestBytes),
      why ?? (unreachedBy.length === 0 ? '' : `beyond the reach of ${unreachedBy.join(', ')}`),
    ]),
  );
}
