import { scaleLinear } from 'd3-scale';
import { hex } from '../../base/units.ts';
import { peopleSize } from '../people-size.ts';
import { type MapWindow, windowsOf } from './map-windows.ts';
import { spreadLabels } from './spread-labels.ts';
import { boxOf, element, label, lineHeight, picture, type TextBox } from './svg.ts';

export type MapKind =
  | 'reserved'
  | 'noMap'
  | 'cma'
  | 'default'
  | 'coherent'
  | 'firmware'
  | 'kernel'
  | 'loader'
  | 'failed';

/** Something that lies in memory. Addresses and sizes are bytes. */
export interface MapItem {
  readonly name: string;
  readonly kind: MapKind;
  readonly base: number;
  readonly size: number;
}

/** What a map shows. */
export interface MemoryMap {
  readonly title: string;
  readonly banks: readonly { readonly base: number; readonly size: number }[];
  readonly items: readonly MapItem[];
}

/** A picture, and the boxes of its texts as they were laid out. */
export interface DrawnPicture {
  readonly svg: string;
  readonly labels: readonly TextBox[];
}

const kindNames: Readonly<Record<MapKind, string>> = {
  reserved: 'reserved',
  noMap: 'reserved, not mapped',
  cma: 'CMA area',
  default: 'default CMA area',
  coherent: 'pool of a device',
  firmware: 'firmware',
  kernel: 'kernel',
  loader: 'put there by the boot loader',
  failed: 'failed, or given back',
};

const width = 380;
const overview = { x: 10, width: 36 };
const detail = { x: 78, width: 44 };
const labelX = 140;
const gap = 8;
const labelHeight = 2 * lineHeight + 2;

/**
 * Physical memory: on the left all of it to scale, in the middle each group of things enlarged, to a scale of its own,
 * and a label for each thing. It grows in height with what there is to say, and is readable on a phone.
 */
export function drawMemoryMap(map: MemoryMap): DrawnPicture {
  const top = lineHeight + 12;
  const windows = windowsOf(map, labelHeight, gap);
  const heights = windows.map(({ height }) => height + gap);
  const height = Math.max(
    240,
    heights.reduce((sum, one) => sum + one, 0),
  );
  const scale = overviewScale(map, top, height);
  const parts: string[] = [];
  const labels: TextBox[] = [boxOf(map.title, overview.x, 4, width - 2 * overview.x)];
  for (const { start, end } of spansOf(map)) {
    parts.push(bar(overview, scale(start), scale(end), 'ram'));
  }
  for (const item of map.items) {
    const [from, to] = [scale(item.base), scale(item.base + item.size)];
    parts.push(bar(overview, from, Math.max(to, from + 1), `item ${item.kind}`));
  }
  const middles = windows.map((window) => ({
    middle: (scale(window.start) + scale(window.end)) / 2,
    height: window.height + gap,
  }));
  const tops = spreadLabels(middles, top, top + height);
  for (const [index, window] of windows.entries()) {
    const drawn = drawWindow(window, tops[index] ?? top, [scale(window.start), scale(window.end)]);
    parts.push(drawn.svg);
    labels.push(...drawn.labels);
  }
  const legend = drawLegend(map, top + height + 8);
  labels.push(...legend.labels);
  const [title = boxOf('', 0, 0)] = labels;
  return {
    svg: picture(map.title, width, legend.bottom, label(title, 'title', map.title), ...parts, legend.svg),
    labels,
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Banks, and what lies outside of all of them, by address and without overlaps. */
function spansOf({ banks, items }: MemoryMap): readonly Span[] {
  const all = [...banks, ...items].map(({ base, size }) => ({ start: base, end: base + size }));
  const spans: Span[] = [];
  for (const span of all.sort((one, other) => one.start - other.start)) {
    const last = spans.at(-1);
    if (last !== undefined && span.start <= last.end) {
      spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else if (span.end > span.start) spans.push(span);
  }
  return spans;
}

/** Address to height: all spans to one scale, holes between them cut to the same small gap. */
function overviewScale(map: MemoryMap, top: number, height: number) {
  const spans = spansOf(map);
  const hole = Math.min(10, height / (4 * Math.max(1, spans.length)));
  const least = 3;
  const total = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const room = height - hole * (spans.length - 1) - least * spans.length;
  const domain: number[] = [];
  const range: number[] = [];
  let at = top;
  for (const { start, end } of spans) {
    domain.push(start, end);
    range.push(at);
    at += least + ((end - start) / Math.max(1, total)) * room;
    range.push(at);
    at += hole;
  }
  return scaleLinear(domain, range).clamp(true);
}

function bar(
  column: { readonly x: number; readonly width: number },
  from: number,
  to: number,
  style: string,
): string {
  return element('rect', { x: column.x, y: from, width: column.width, height: to - from, class: style });
}

function drawWindow(window: MapWindow, y: number, [from, to]: readonly [number, number]): DrawnPicture {
  const scale = scaleLinear([window.start, window.end], [y, y + window.height]).clamp(true);
  const edge = overview.x + overview.width;
  const funnel = [
    `${edge},${from.toFixed(1)}`,
    `${detail.x},${y.toFixed(1)}`,
    `${detail.x},${(y + window.height).toFixed(1)}`,
    `${edge},${Math.max(to, from + 0.5).toFixed(1)}`,
  ];
  const parts = [
    element('polygon', { points: funnel.join(' '), class: 'zoom' }),
    bar(detail, y, y + window.height, 'ram'),
  ];
  const shapes = window.items.map((item) => {
    const [start, end] = [scale(item.base), scale(item.base + item.size)];
    return { item, start, end: Math.max(end, start + 1) };
  });
  const lanes = lanesOf(shapes);
  for (const [index, { item, start, end }] of shapes.entries()) {
    const lane = lanes[index] ?? 0;
    const inset = lane * 9;
    const column = { x: detail.x + inset, width: Math.max(6, detail.width - inset) };
    parts.push(bar(column, start, end, `item ${item.kind}`));
  }
  const tops = spreadLabels(
    shapes.map(({ start, end }) => ({ middle: (start + end) / 2, height: labelHeight })),
    y,
    y + window.height,
  );
  const labels = shapes.flatMap(({ item, start, end }, index): TextBox[] => {
    const at = tops[index] ?? y;
    const middle = at + labelHeight / 2;
    const right = detail.x + detail.width;
    const line = `M${right},${((start + end) / 2).toFixed(1)} L${right + 8},${middle.toFixed(1)} L${labelX - 4},${middle.toFixed(1)}`;
    const name = boxOf(item.name, labelX, at, width - labelX - 6);
    const place = boxOf(
      `${hex(BigInt(item.base))}, ${peopleSize(item.size)}`,
      labelX,
      at + lineHeight,
      width - labelX - 6,
    );
    parts.push(
      element('path', { d: line, class: 'leader' }),
      label(name, '', item.name),
      label(place, 'soft'),
    );
    return [name, place];
  });
  return { svg: parts.join(''), labels };
}

/** Things that overlap are drawn one in the other, each a step further to the right. */
function lanesOf(shapes: readonly { readonly item: MapItem }[]): readonly number[] {
  const lanes: number[] = [];
  for (const [index, { item }] of shapes.entries()) {
    const taken = new Set<number>();
    for (const [before, { item: other }] of shapes.slice(0, index).entries()) {
      if (other.base < item.base + item.size && item.base < other.base + other.size)
        taken.add(lanes[before] ?? 0);
    }
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    lanes.push(lane);
  }
  return lanes;
}

/** What the colours mean, and the banks in words. */
function drawLegend({ banks, items }: MemoryMap, top: number) {
  const kinds = (Object.keys(kindNames) as MapKind[]).filter((kind) =>
    items.some((item) => item.kind === kind),
  );
  const labels: TextBox[] = [];
  const parts: string[] = [];
  let y = top;
  for (const kind of kinds) {
    const box = boxOf(kindNames[kind], overview.x + 18, y);
    parts.push(
      element('rect', { x: overview.x, y: y + 2, width: 11, height: 9, class: `item ${kind}` }),
      label(box),
    );
    labels.push(box);
    y += lineHeight + 2;
  }
  for (const { base, size } of banks) {
    const text = `RAM ${hex(BigInt(base))} to ${hex(BigInt(base + size - 1))}, ${peopleSize(size)}`;
    const box = boxOf(text, overview.x, y, width - 2 * overview.x);
    parts.push(label(box, 'soft', text));
    labels.push(box);
    y += lineHeight + 2;
  }
  return { svg: parts.join(''), labels, bottom: y + 6 };
}
