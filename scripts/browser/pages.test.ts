import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../emulator/cli/test-io.ts';
import { html } from '../../emulator/report/formats/html.ts';
import type { Report } from '../../emulator/report/formats/report.ts';
import { drawComparison } from '../../emulator/report/pictures/comparison.ts';
import { drawHeatMap } from '../../emulator/report/pictures/heat-map.ts';
import { drawMemoryMap } from '../../emulator/report/pictures/memory-map.ts';

/** Opens reports in a real browser: too heavy for every push, so only where it is asked for and Chromium is there. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
);
const isWanted = process.env.HEAPBOARD_BROWSER === '1';
if (isWanted && executablePath === undefined) console.info('browser: skipped: needs chromium');

const mib = 2 ** 20;
const gib = 2 ** 30;

function pageOf(title: string, ...pictures: readonly string[]): string {
  const report: Report = {
    command: 'sweep',
    title,
    verdict: 'all passed',
    passed: true,
    facts: [['a name that goes on', 'a-value-without-any-place-to-break-it'.repeat(4)]],
    cases: [],
    findings: [],
    sections: pictures.map((picture, index) => ({ title: `Picture ${index}`, picture })),
    document: {},
    text: () => '',
  };
  return html.write(report, { colours: false });
}

async function runPage(): Promise<string> {
  const { out } = await runCommand([
    'run',
    'db845c',
    'long-running',
    '--bootargs',
    'cma=16M',
    '--report',
    'html',
  ]);
  return out;
}

const items = Array.from({ length: 60 }, (_, index) => ({
  name: `region-with-a-name@${index}`,
  kind: index % 2 === 0 ? ('reserved' as const) : ('noMap' as const),
  base: index * 24 * mib,
  size: index % 7 === 0 ? 16 * mib : mib,
}));
const banks = [{ base: 0, size: 8 * gib }];
const pages: readonly (readonly [string, () => Promise<string>])[] = [
  ['a run', runPage],
  ['60 regions', async () => pageOf('60 regions', drawMemoryMap({ title: '60', banks, items }).svg)],
  [
    'one region',
    async () => pageOf('one', drawMemoryMap({ title: '1', banks, items: items.slice(0, 1) }).svg),
  ],
  [
    'boards and a sweep',
    async () =>
      pageOf(
        'boards',
        drawComparison('Boards', [
          {
            name: 'small',
            parts: [
              { kind: 'noMap', bytes: mib },
              { kind: 'usable', bytes: gib },
            ],
          },
          {
            name: 'large',
            note: 'Linux 6.12',
            parts: [
              { kind: 'cma', bytes: gib },
              { kind: 'usable', bytes: 7 * gib },
            ],
          },
        ]).svg,
        drawHeatMap({
          title: 'Passed',
          across: { name: 'size', values: ['16 MiB', '32 MiB', '64 MiB', '128 MiB'] },
          down: { name: 'release', values: ['6.1', '6.12', '7.3'] },
          cells: [0, 1, 2].map((row) =>
            [0, 1, 2, 3].map((column) => ({
              value: row * column,
              text: `${row * column} %`,
              failed: column === 0,
            })),
          ),
        }).svg,
      ),
  ],
];

describe.skipIf(!isWanted || executablePath === undefined)('reports in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  for (const [name, make] of pages) {
    for (const width of [390, 1440]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        test(`${name} at ${width} px, ${colorScheme}`, async () => {
          const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
          const complaints: string[] = [];
          page.on('console', (message) => complaints.push(message.text()));
          page.on('pageerror', (error) => complaints.push(String(error)));
          page.on('request', (request) => {
            if (!/^(data|about):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
          });
          await page.setContent(await make());
          const seen = await page.evaluate(inspect);
          expect(complaints).toEqual([]);
          expect(seen.overlaps).toEqual([]);
          expect(seen.outside).toEqual([]);
          expect(seen.scrollWidth).toBeLessThanOrEqual(width);
          expect(seen.texts).toBeGreaterThan(0);
          expect(seen.isDark).toBe(colorScheme === 'dark');
          await page.close();
        });
      }
    }
  }
});

/** Runs in the page: labels of pictures that overlap or leave their picture, and whether the page scrolls sideways. */
function inspect() {
  const overlaps: string[] = [];
  const outside: string[] = [];
  let texts = 0;
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map((text) => ({
      text: text.textContent ?? '',
      box: text.getBoundingClientRect(),
    }));
    texts += boxes.length;
    for (const [index, { text, box }] of boxes.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1)
        outside.push(text);
      for (const other of boxes.slice(index + 1)) {
        // Boxes of a browser are as high as the font's line; two pixels of that are empty.
        const isApart =
          box.right <= other.box.left + 1 ||
          other.box.right <= box.left + 1 ||
          box.bottom <= other.box.top + 2 ||
          other.box.bottom <= box.top + 2;
        if (!isApart) overlaps.push(`${text} / ${other.text}`);
      }
    }
  }
  const [red = 255] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(Number);
  return { overlaps, outside, texts, scrollWidth: document.documentElement.scrollWidth, isDark: red < 128 };
}
