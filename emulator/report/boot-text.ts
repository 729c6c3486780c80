import pc from 'picocolors';
import { formatPosition } from '../base/position.ts';
import { formatLogLine, type LogLine } from '../linux/kernel/printk.ts';
import type { RefusedExportSummary } from '../whatif/policies/exports.ts';
import type { AreaSummary, BootSummary, HeapSummary, RegionSummary } from '../whatif/summary.ts';
import { columns } from './columns.ts';
import { driverRows } from './driver-rows.ts';
import { modulesText } from './modules-text.ts';
import { peopleSize as size } from './people-size.ts';
import { relianceText } from './reliance-text.ts';

export interface BootTextOptions {
  readonly colours: boolean;
  /** The kernel log, where it is wanted. */
  readonly dmesg?: readonly LogLine[] | undefined;
  /** What a console showed, where it is wanted. */
  readonly console?: readonly string[] | undefined;
}

/** A boot for people: what was booted, RAM, regions, areas, heaps, and what had to be assumed. */
export function bootText(summary: BootSummary, options: BootTextOptions): string {
  const colours = pc.createColors(options.colours);
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  const panic = summary.panic === undefined ? '' : `${colours.red(`Kernel panic: ${summary.panic}`)}\n`;
  return [
    `${colours.bold(headline(summary))}\n`,
    columns(facts(summary)),
    panic === '' ? '' : `\n${panic}`,
    section(`RAM, ${size(total(summary.memory))}`, columns(summary.memory.map(bankRow))),
    section('Reserved regions', columns(summary.regions.map(regionRow)) || '  none\n'),
    summary.booted
      ? section('CMA areas', columns(summary.areas.map((area) => areaRow(area, summary))) || '  none\n')
      : '',
    summary.booted ? section('Heaps', heaps(summary)) : '',
    section('Drivers', driverRows(summary.devices)),
    section('Modules', modulesText(summary.modules)),
    section('Assumed', assumptions(summary)),
    section('Exports that cannot work', summary.refusedExports.map(refusedLine).join('')),
    section('Against --export release', releaseDifference(summary)),
    section('Kernel log', (options.dmesg ?? []).map((line) => `${formatLogLine(line)}\n`).join('')),
    options.console === undefined
      ? ''
      : section('Console', options.console.map((line) => `${line}\n`).join('') || '  nothing\n'),
  ].join('');
}

function headline(summary: BootSummary): string {
  const subject = summary.board ?? 'devicetree';
  return `${subject}: Linux ${summary.release} ${summary.booted ? 'booted' : 'panicked'}`;
}

function facts(summary: BootSummary): readonly (readonly string[])[] {
  const { MemTotal, CmaTotal, CmaFree } = summary.meminfo;
  const memory =
    MemTotal === undefined || CmaTotal === undefined || CmaFree === undefined
      ? []
      : [['memory', `MemTotal ${size(MemTotal)}, CmaTotal ${size(CmaTotal)}, CmaFree ${size(CmaFree)}`]];
  const reliance = relianceText(summary.reliance);
  return [
    ['configuration', `${summary.config}, ${size(summary.pageSize)} pages`],
    ...summary.proposals.map((name) => ['proposal', `${name}, which is in no release`]),
    ['command line', summary.bootargs === '' ? '(empty)' : summary.bootargs],
    ...memory,
    ...(reliance === '' ? [] : [['relies on', reliance]]),
  ];
}

function bankRow(bank: { readonly base: string; readonly size: string }): readonly string[] {
  return [`${bank.base}+${bank.size}`, size(bank.size)];
}

function regionRow(region: RegionSummary): readonly string[] {
  const flags = [region.noMap ? 'no-map' : '', region.reusable ? 'reusable' : ''].filter(
    (flag) => flag !== '',
  );
  return [
    region.name,
    region.base ?? 'no place',
    size(region.size),
    region.state,
    [flags.join(' '), region.reason ?? ''].filter((text) => text !== '').join(': '),
  ];
}

function areaRow(area: AreaSummary, { pageSize }: BootSummary): readonly string[] {
  const notes = [area.isDefault ? 'default' : '', area.active ? '' : 'not active', area.certainty];
  return [
    area.name,
    area.base,
    size(area.size),
    `${size(area.usedPages * pageSize)} in use`,
    notes.filter((note) => note !== '').join(', '),
  ];
}

/** The heaps, or that there are none; with what the configuration lacks. */
function heaps(summary: BootSummary): string {
  const advice = summary.decisions
    .filter(({ rule }) => rule === 'heaps/options')
    .map(({ outcome }) => `  ${outcome}\n`)
    .join('');
  return `${columns(summary.heaps.map((heap) => heapRow(heap, summary))) || '  none\n'}${advice}`;
}

function heapRow(heap: HeapSummary, { heaps }: BootSummary): readonly string[] {
  const owner = heap.uid === 0 && heap.gid === 0 ? '' : `${heap.uid}:${heap.gid}`;
  const twins = heaps.filter(
    ({ area, name }) => area !== undefined && area === heap.area && name !== heap.name,
  );
  const shared = twins.length === 0 ? '' : `, shared with ${twins.map(({ name }) => name).join(', ')}`;
  const kind = heap.area === undefined ? heap.kind : `${heap.kind}, area ${heap.area}${shared}`;
  const mark = heap.needs === undefined ? '' : `, ${heap.needs}`;
  const mode = owner === '' ? heap.mode : `${heap.mode} ${owner}`;
  return [heap.path, `${heap.major}:${heap.minor}`, mode, `${kind}${mark}`];
}

/** What the firmware stage had to invent; a place in RAM that nobody stated. */
function assumptions(summary: BootSummary): string {
  return summary.decisions
    .filter(({ rule, evidence }) => rule.startsWith('firmware/') && evidence === 'inferred')
    .map(({ outcome }) => `  ${outcome}\n`)
    .join('');
}

function total(ranges: readonly { readonly size: string }[]): bigint {
  return ranges.reduce((sum, range) => sum + BigInt(range.size), 0n);
}

function refusedLine({ asker, why, position }: RefusedExportSummary): string {
  return `  ${asker}: ${why}${position === undefined ? '' : `, ${formatPosition(position)}`}\n`;
}

/** Heaps that the release by itself would not have, and those that it would. */
function releaseDifference({ againstRelease, heaps, release }: BootSummary): string {
  if (againstRelease === undefined) return '';
  const added = againstRelease.added.map((name) => {
    const needs = heaps.find((heap) => heap.name === name)?.needs;
    return `  + ${name}${needs === undefined ? '' : `: ${needs}`}\n`;
  });
  const missing = againstRelease.missing.map((name) => `  - ${name}: ${release} makes it by itself\n`);
  return [...added, ...missing].join('');
}
