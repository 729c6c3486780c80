import { scaleLinear } from 'd3-scale';
import { peopleSize } from '../people-size.ts';
import type { DrawnPicture } from './memory-map.ts';
import { boxOf, element, label, lineHeight, picture, type TextBox } from './svg.ts';

/** What RAM is spent on; the rest is free to all. */
export type ComparedKind = 'usable' | 'cma' | 'reserved' | 'noMap' | 'firmware' | 'kernel';

/** A board, or a variation of one. */
export interface ComparedBoard {
  readonly name: string;
  /** A line about it: release, heaps. */
  readonly note?: string | undefined;
  /** Bytes by what they are spent on, in the order in which they are drawn. */
  readonly parts: readonly { readonly kind: ComparedKind; readonly bytes: number }[];
}

const names: Readonly<Record<ComparedKind, string>> = {
  usable: 'usable',
  cma: 'CMA',
  reserved: 'reserved',
  noMap: 'not mapped',
  firmware: 'firmware',
  kernel: 'kernel',
};
const styles: Readonly<Record<ComparedKind, string>> = {
  ...{ usable: 'free', cma: 'default' },
  reserved: 'reserved',
  noMap: 'noMap',
  firmware: 'firmware',
  kernel: 'kernel',
};

const width = 380;
const left = 10;
const barHeight = 16;

/**
 * Boards under one another, their RAM to one scale. A second bar enlarges what is not usable, so that 1 MiB can be seen
 * beside 8 GiB.
 */
export function drawComparison(title: string, boards: readonly ComparedBoard[]): DrawnPicture {
  const total = ({ parts }: ComparedBoard) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const spent = ({ parts }: ComparedBoard) =>
    parts.filter(({ kind, bytes }) => kind !== 'usable' && bytes > 0);
  const most = Math.max(1, ...boards.map(total));
  const mostSpent = Math.max(
    1,
    ...boards.map((board) => spent(board).reduce((sum, { bytes }) => sum + bytes, 0)),
  );
  const whole = scaleLinear([0, most], [0, width - 2 * left]);
  const enlarged = scaleLinear([0, mostSpent], [0, width - 2 * left]);
  const labels: TextBox[] = [];
  const parts: string[] = [];
  const write = (text: string, at: number, style: string) => {
    const box = boxOf(text, left, at, width - 2 * left);
    labels.push(box);
    parts.push(label(box, style, text));
  };
  write(title, 4, 'title');
  let y = lineHeight + 14;
  for (const board of boards) {
    write(`${board.name}, ${peopleSize(total(board))}`, y, '');
    y += lineHeight + 2;
    if (board.note !== undefined) {
      write(board.note, y, 'soft');
      y += lineHeight + 2;
    }
    parts.push(
      stacked(board.parts, whole, y),
      stacked(spent(board), enlarged, y + barHeight + 3, barHeight / 2),
    );
    y += barHeight * 1.5 + 6;
    for (const { kind, bytes } of board.parts) {
      if (bytes === 0) continue;
      parts.push(element('rect', { x: left, y: y + 2, width: 11, height: 9, class: `item ${styles[kind]}` }));
      const box = boxOf(`${names[kind]} ${peopleSize(bytes)}`, left + 18, y, width - 2 * left - 18);
      labels.push(box);
      parts.push(label(box));
      y += lineHeight + 1;
    }
    y += 10;
  }
  return { svg: picture(title, width, y, ...parts), labels };
}

function stacked(
  parts: ComparedBoard['parts'],
  scale: (bytes: number) => number,
  y: number,
  height = barHeight,
): string {
  let at = 0;
  const shapes = parts.map(({ kind, bytes }) => {
    const x = left + scale(at);
    at += bytes;
    return element('rect', {
      x,
      y,
      width: Math.max(bytes > 0 ? 0.5 : 0, left + scale(at) - x),
      height,
      class: `item ${styles[kind]}`,
    });
  });
  return shapes.join('');
}
