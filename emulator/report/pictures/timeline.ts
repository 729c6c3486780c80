import { scaleLinear } from 'd3-scale';
import { area as areaShape, curveStepAfter, line as lineShape } from 'd3-shape';
import type { AreaTimeline } from '../../whatif/area-timeline.ts';
import { peopleSize } from '../people-size.ts';
import type { DrawnPicture } from './memory-map.ts';
import { boxOf, element, label, lineHeight, palette, picture, type TextBox } from './svg.ts';

const width = 380;
const left = 70;
const right = width - 12;
const mapHeight = 180;
const curveHeight = 70;
/** Failures that get a label of their own; the others are marks only. */
const mostFailureLabels = 6;

/**
 * An area over a run: who had which pages when, above how much was free and how long the longest free run was. Requests
 * that were refused are marked in both.
 */
export function drawTimeline(timeline: AreaTimeline): DrawnPicture {
  const { area, pageCount, pageSizeBytes, moments, runs, failures } = timeline;
  const bytes = (pages: number): string => peopleSize(pages * pageSizeBytes);
  const title = `${area}, ${bytes(pageCount)}`;
  const top = lineHeight + 12;
  const x = scaleLinear([0, Math.max(1, moments - 1)], [left, right]);
  const y = scaleLinear([0, pageCount], [top, top + mapHeight]);
  const colours = coloursOf(timeline);
  const titleBox = boxOf(title, 10, 4, width - 20);
  const labels: TextBox[] = [titleBox];
  const parts: string[] = [
    label(titleBox, 'title', title),
    element('rect', { x: left, y: top, width: right - left, height: mapHeight, class: 'ram' }),
    ...runs.map((run) => {
      const from = x(run.from);
      const to = x(run.to ?? moments - 1);
      const text = `${run.process}: ${bytes(run.count)} at page ${run.start}`;
      return element(
        'rect',
        {
          x: from,
          y: y(run.start),
          width: Math.max(1, to - from),
          height: Math.max(0.75, y(run.start + run.count) - y(run.start)),
          class: 'item',
          style: `fill: ${colours.get(run.process) ?? '#888888'}`,
        },
        element('title', {}, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
      );
    }),
  ];
  axis(labels, parts, top, mapHeight, ['page 0', bytes(pageCount)]);
  const curvesTop = top + mapHeight + 14;
  parts.push(...curves(timeline, x, curvesTop));
  axis(labels, parts, curvesTop, curveHeight, [bytes(pageCount), 'free: 0']);
  const marks = failureMarks(timeline, x, top, curvesTop + curveHeight);
  labels.push(...marks.labels);
  parts.push(marks.svg);
  const legend = legendOf(colours, curvesTop + curveHeight + 2 * lineHeight + 8, failures.length);
  labels.push(...legend.labels);
  return { svg: picture(title, width, legend.bottom, ...parts, legend.svg), labels };
}

/** A colour for each process, in the order of their first pages; what was there before is grey. */
function coloursOf({ runs }: AreaTimeline): ReadonlyMap<string, string> {
  const colours = new Map<string, string>();
  let next = 0;
  for (const { process } of runs) {
    if (colours.has(process)) continue;
    const isBefore = process === 'before';
    colours.set(process, isBefore ? '#8d8d99' : (palette[next % palette.length] ?? '#888888'));
    if (!isBefore) next += 1;
  }
  return colours;
}

/** What the upper and the lower end of a part mean, on its left. */
function axis(
  labels: TextBox[],
  parts: string[],
  top: number,
  height: number,
  [first, last]: readonly [string, string],
): void {
  for (const [text, at] of [
    [first, top],
    [last, top + height - lineHeight],
  ] as const) {
    const box = boxOf(text, 10, at, left - 16);
    labels.push(box);
    parts.push(label(box, 'soft', text));
  }
}

function curves({ free, pageCount }: AreaTimeline, x: (moment: number) => number, top: number): string[] {
  const y = scaleLinear([0, pageCount], [top + curveHeight, top]);
  const points = free.map((one, moment) => ({ ...one, moment }));
  type Point = (typeof points)[number];
  const filled = areaShape<Point>()
    .x(({ moment }) => x(moment))
    .y0(y(0))
    .y1(({ pages }) => y(pages))
    .curve(curveStepAfter);
  const stroked = lineShape<Point>()
    .x(({ moment }) => x(moment))
    .y(({ largest }) => y(largest))
    .curve(curveStepAfter);
  return [
    element('rect', { x: left, y: top, width: right - left, height: curveHeight, class: 'frame' }),
    element('path', { d: filled(points) ?? '', class: 'free' }),
    element('path', { d: stroked(points) ?? '', class: 'largest' }),
  ];
}

/** A line through both parts for each refused request, and the size of the first ones below, where there is room. */
function failureMarks(
  { failures, pageSizeBytes }: AreaTimeline,
  x: (moment: number) => number,
  top: number,
  bottom: number,
): DrawnPicture {
  const labels: TextBox[] = [];
  const parts = failures.map(({ moment, pages }) => {
    const at = x(moment);
    const wanted = boxOf(`✗ ${peopleSize(pages * pageSizeBytes)}`, 0, bottom + 4);
    const place = { ...wanted, x: Math.min(Math.max(left, at - wanted.width / 2), right - wanted.width) };
    const last = labels.at(-1);
    const hasRoom =
      labels.length < mostFailureLabels && (last === undefined || last.x + last.width + 6 <= place.x);
    if (hasRoom) labels.push(place);
    return (
      element('path', { d: `M${at.toFixed(1)},${top} V${bottom}`, class: 'mark' }) +
      (hasRoom ? label(place, 'bad') : '')
    );
  });
  return { svg: parts.join(''), labels };
}

/** The processes by colour, in columns, and what the curves are. */
function legendOf(colours: ReadonlyMap<string, string>, top: number, failureCount: number) {
  const entries: [text: string, swatch: string][] = [...colours].map(([name, colour]) => [
    name,
    element('rect', { width: 11, height: 9, y: 2, class: 'item', style: `fill: ${colour}` }),
  ]);
  entries.push(
    ['free', element('rect', { width: 11, height: 9, y: 2, class: 'free' })],
    ['longest free run', element('path', { d: 'M0,6 H11', class: 'largest' })],
  );
  if (failureCount > 0)
    entries.push([`refused: ${failureCount}`, element('path', { d: 'M5,1 V12', class: 'mark' })]);
  const columns = 2;
  const column = (width - 20) / columns;
  const labels: TextBox[] = [];
  const parts = entries.map(([text, swatch], index) => {
    const [at, y] = [10 + (index % columns) * column, top + Math.floor(index / columns) * (lineHeight + 2)];
    const box = boxOf(text, at + 18, y, column - 26);
    labels.push(box);
    return element('g', { transform: `translate(${at.toFixed(1)} ${y})` }, swatch) + label(box, '', text);
  });
  return {
    svg: parts.join(''),
    labels,
    bottom: top + Math.ceil(entries.length / columns) * (lineHeight + 2) + 6,
  };
}
