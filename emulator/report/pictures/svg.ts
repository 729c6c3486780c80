import { escape as escaped } from 'html-escaper';

/** Attributes of an element; numbers are rounded to what a screen can show. */
export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** One element as text. Children are elements; text goes through `svgText`. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`],
  );
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A box of text, as the layout counts it. */
export interface TextBox {
  readonly x: number;
  /** The top. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

const fontSize = 11;
/** Height of a line of text. */
export const lineHeight = 14;
/** Advance of a character of a monospace font at that size, as a cautious bound over usual fonts. */
const advance = fontSize * 0.625;

/** The width that a text takes at most. */
export function textWidth(text: string): number {
  return [...text].length * advance;
}

/** A text cut to a width, with an ellipsis where something was cut. */
function fitted(text: string, width: number): string {
  const characters = [...text];
  const room = Math.max(1, Math.floor(width / advance));
  return characters.length <= room ? text : `${characters.slice(0, room - 1).join('')}…`;
}

/** A line of text in its box; the full text is its tooltip where it was cut. */
export function label(box: TextBox, style = '', whole = box.text): string {
  const attributes = { x: box.x, y: box.y + fontSize, class: `label ${style}`.trim() };
  const title = whole === box.text ? [] : [element('title', {}, escaped(whole))];
  return element('text', attributes, ...title, escaped(box.text));
}

/** The box of a text at a place, cut to a width. */
export function boxOf(text: string, x: number, y: number, width = Number.POSITIVE_INFINITY): TextBox {
  const shown = fitted(text, width);
  return { x, y, width: textWidth(shown), height: lineHeight, text: shown };
}

const styles = `
text { font: ${fontSize}px ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace; fill: var(--ink, #1c2024); }
text.soft { fill: var(--soft, #60646c); }
text.title { font-weight: 700; }
text.bad { fill: var(--bad, #c62a2f); }
.frame { fill: none; stroke: var(--line, #c9c9d2); }
.leader { fill: none; stroke: var(--soft, #60646c); stroke-width: .75; }
.zoom { fill: var(--ink, #1c2024); opacity: .1; }
.ram { fill: var(--wash, #eeeef2); stroke: var(--line, #c9c9d2); }
.reserved { fill: #8d8d99; } .noMap { fill: #5b5b66; } .cma { fill: #3e8ed0; } .default { fill: #0f6cbd; }
.coherent { fill: #12a594; } .firmware { fill: #a16207; } .kernel { fill: #8e4ec6; } .loader { fill: #d6409f; }
.item { stroke: var(--paper, #ffffff); stroke-width: .5; }
.item.failed { fill: none; stroke: var(--bad, #c62a2f); stroke-width: 1; stroke-dasharray: 3 2; }
.free { fill: #30a46c; opacity: .25; } .largest { fill: none; stroke: #30a46c; stroke-width: 1.5; }
.mark { stroke: var(--bad, #c62a2f); stroke-width: 1.5; }
`;
const dark = `
@media (prefers-color-scheme: dark) { svg.own { --paper: #111315; --ink: #edeef0; --soft: #b0b4ba; --line: #43484e;
  --wash: #23272b; --bad: #ff8589; } }
`;

/** Colours that tell neighbours apart in light and dark; they repeat after ten. */
export const palette: readonly string[] = [
  '#3e8ed0',
  '#e5793a',
  '#30a46c',
  '#d6409f',
  '#8e4ec6',
  '#a8890c',
  '#12a594',
  '#c5544f',
  '#6e7bd9',
  '#7c8a2e',
];

/** A whole picture: it carries its style, so that it is the same inside a page and by itself. */
export function picture(
  title: string,
  width: number,
  height: number,
  ...children: readonly string[]
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'own',
      width,
      height,
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      role: 'img',
      'aria-label': title,
    },
    element('title', {}, escaped(title)),
    `<style>${styles}${dark}</style>`,
    element('rect', { width: '100%', height: '100%', style: 'fill: var(--paper, #ffffff)' }),
    ...children,
  );
}
