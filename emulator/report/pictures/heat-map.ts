import { scaleBand, scaleLinear } from 'd3-scale';
import type { DrawnPicture } from './memory-map.ts';
import { boxOf, element, label, lineHeight, picture, type TextBox, textWidth } from './svg.ts';

/** One combination of a sweep. */
export interface HeatCell {
  /** What the colour stands for; undefined where it is only passed or failed. */
  readonly value?: number | undefined;
  /** In the cell, where there is room: `93 %`. */
  readonly text: string;
  readonly failed?: boolean | undefined;
}

/** Two dimensions of a sweep, and what came of each combination. */
export interface HeatMap {
  readonly title: string;
  /** What the columns are: `size`; and their values from left to right. */
  readonly across: { readonly name: string; readonly values: readonly string[] };
  readonly down: { readonly name: string; readonly values: readonly string[] };
  /** By row, then by column; undefined for what did not run. */
  readonly cells: readonly (readonly (HeatCell | undefined)[])[];
}

const mostLabel = 150;
/** Wider ones lose the text of their cells first. */
const mostWidth = 560;
const rowHeight = lineHeight + 8;

/**
 * A sweep as a field of cells: the more, the darker; what failed is crossed out in red. Names of columns stand on end
 * where they find no room side by side.
 */
export function drawHeatMap({ title, across, down, cells }: HeatMap): DrawnPicture {
  const values = cells.flat().flatMap((cell) => (cell?.value === undefined ? [] : [cell.value]));
  const strength = scaleLinear([Math.min(0, ...values), Math.max(1e-9, ...values)], [0.08, 0.75]);
  const left = 16 + Math.min(mostLabel, Math.max(...[down.name, ...down.values].map(textWidth)));
  const widest = Math.max(
    ...across.values.map(textWidth),
    ...cells.flat().map((cell) => textWidth(cell?.text ?? '')),
  );
  const count = Math.max(1, across.values.length);
  const comfortable = Math.min(90, Math.max(18, widest + 8, (380 - left - 10) / count));
  const column = Math.max(18, Math.min(comfortable, (mostWidth - left) / count));
  const isUpright = across.values.some((value) => textWidth(value) + 4 > column);
  const headHeight = isUpright
    ? Math.min(mostLabel, Math.max(...across.values.map(textWidth))) + 6
    : lineHeight;
  const top = 2 * lineHeight + 14 + headHeight;
  const width = Math.max(200, left + column * across.values.length + 10);
  const x = scaleBand(
    across.values.map((_, index) => index),
    [left, left + column * across.values.length],
  );
  const y = scaleBand(
    down.values.map((_, index) => index),
    [top, top + rowHeight * down.values.length],
  );
  const labels: TextBox[] = [];
  const parts: string[] = [];
  const write = (text: string, at: number, height: number, room: number, style = '') => {
    const box = boxOf(text, at, height, room);
    labels.push(box);
    parts.push(label(box, style, text));
  };
  write(title, 10, 4, width - 20, 'title');
  write(`${down.name} / ${across.name}`, 10, lineHeight + 8, width - 20, 'soft');
  for (const [index, value] of across.values.entries()) {
    const at = (x(index) ?? left) + 2;
    if (isUpright) parts.push(upright(value, at + column / 2, top - 4, headHeight, labels));
    else write(value, at, top - lineHeight - 2, column - 4);
  }
  for (const [index, value] of down.values.entries()) write(value, 10, (y(index) ?? top) + 4, left - 16);
  for (const [row, line] of cells.entries()) {
    for (const [index, cell] of line.entries()) {
      if (cell === undefined) continue;
      const [at, height] = [x(index) ?? left, y(row) ?? top];
      parts.push(cellShape(cell, at, height, column, cell.value === undefined ? 0.15 : strength(cell.value)));
      if (textWidth(cell.text) + 4 > column) continue;
      write(
        cell.text,
        at + (column - textWidth(cell.text)) / 2,
        height + 4,
        column,
        cell.failed ? 'bad' : '',
      );
    }
  }
  return { svg: picture(title, width, top + rowHeight * down.values.length + 8, ...parts), labels };
}

/** A name that reads from bottom to top. */
function upright(text: string, middle: number, bottom: number, room: number, labels: TextBox[]): string {
  const box = boxOf(text, 0, 0, room);
  labels.push({
    text: box.text,
    x: middle - lineHeight / 2,
    y: bottom - box.width,
    width: lineHeight,
    height: box.width,
  });
  return element(
    'g',
    { transform: `translate(${(middle - lineHeight / 2).toFixed(1)} ${bottom.toFixed(1)}) rotate(-90)` },
    label(box, '', text),
  );
}

function cellShape(cell: HeatCell, x: number, y: number, width: number, strength: number): string {
  const rect = element(
    'rect',
    {
      x: x + 0.5,
      y: y + 0.5,
      width: width - 1,
      height: rowHeight - 1,
      style: `fill: ${cell.failed ? 'var(--bad, #c62a2f)' : '#3e8ed0'}; opacity: ${(cell.failed ? 0.2 : strength).toFixed(2)}`,
    },
    element('title', {}, cell.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
  );
  if (cell.failed !== true || textWidth(cell.text) + 4 <= width) return rect;
  const [right, bottom] = [x + width - 4, y + rowHeight - 4];
  return (
    rect +
    element('path', {
      d: `M${x + 4},${y + 4} L${right},${bottom} M${right},${y + 4} L${x + 4},${bottom}`,
      class: 'mark',
    })
  );
}
