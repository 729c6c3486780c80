import pc from 'picocolors';
import type { ConsumersDocument } from '../whatif/consumers/consumers.ts';
import type { DmaMaster } from '../whatif/consumers/devices.ts';
import type { ConsumerOutcome } from '../whatif/consumers/evaluate.ts';
import { columns } from './columns.ts';

/** A board's DMA masters, and what became of each consumer. */
export function consumersText(document: ConsumersDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const { board, release, heaps, devices, consumers, passed, failed } = document;
  const mark = (good: boolean) => (good ? colours.green('✓') : colours.red('✗'));
  const lines = consumers.flatMap((consumer) => consumerLines(consumer, mark));
  return [
    `${colours.bold(`${board ?? 'devicetree'}: Linux ${release}, heaps ${heaps.join(' ') || 'none'}`)}\n`,
    columns(document.notInMainline.map(({ name, needs }) => [name, needs])),
    `\n${colours.bold('Devices that use memory by themselves')}\n`,
    columns(devices.map(deviceRow)) || '  the tree describes none\n',
    ...(consumers.length === 0
      ? []
      : [`\n${colours.bold('Consumers')}\n`, ...lines.map((line) => `  ${line}\n`)]),
    ...(consumers.length === 0 ? [] : [`\n${passed} passed, ${failed} failed\n`]),
  ].join('');
}

function deviceRow({
  node,
  kind,
  needs,
  because,
  below,
  regions,
  enabled,
  described,
}: DmaMaster): readonly string[] {
  const notes = [
    because,
    below === undefined ? '' : `must be below ${below}`,
    regions.length === 0
      ? ''
      : `has its own pool ${regions.map((path) => path.replace(/.*\//, '')).join(', ')}`,
    enabled ? '' : 'disabled',
    described ? '' : 'not described in this tree',
  ];
  const need = needs === 'contiguous' ? 'needs contiguous memory' : 'scattered memory will do';
  return [node, kind, need, notes.filter((note) => note !== '').join('; ')];
}

function consumerLines(
  { consumer, passes, needs, remarks }: ConsumerOutcome,
  mark: (good: boolean) => string,
): readonly string[] {
  return [
    `${mark(passes)} ${consumer}`,
    ...needs.map(({ need, met, why }) => `    ${mark(met)} ${need}: ${why}`),
    ...remarks.map((remark) => `      ${remark}`),
  ];
}
