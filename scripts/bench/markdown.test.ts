import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { curvesText, figuresTable, peersTable, readmeTable } from './markdown.ts';
import { readRun } from './run.ts';

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const newest =
  readdirSync(new URL('history/', import.meta.url))
    .sort()
    .at(-1) ?? '';
const run = readRun(text(`history/${newest}`));

describe('figures of the documentation', () => {
  it('are those of the newest run that is kept', () => {
    const page = text('../../docs/performance.md');
    expect(page).toContain(`scripts/bench/history/${newest}`);
    expect(page).toContain(run.circumstances.commit);
    expect(page).toContain(figuresTable(run));
    expect(page).toContain(peersTable(run));
    expect(page).toContain(curvesText(run));
  });

  it('are so in the README too', () => {
    expect(text('../../README.md')).toContain(readmeTable(run));
  });
});
