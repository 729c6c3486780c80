import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { MiB } from '../base/units.ts';
import { packagePath } from '../machine/package-path.ts';
import { bootPublicLog, type PublicLog, readPublicLogs } from '../testing/public-logs.ts';
import type { System } from './system.ts';

const logs = readPublicLogs();
const blobBytes = MiB / 16n;

/** The blob at the lower end of where something unknown must lie. */
function explaining(log: PublicLog) {
  return log.unknown === undefined ? undefined : blobAt(BigInt(log.unknown.within[0]));
}

function blobAt(baseBytes: bigint) {
  return { baseBytes, sizeBytes: blobBytes };
}

function placesOf(system: System): Record<string, number> {
  return Object.fromEntries(system.summary().areas.map(({ name, base }) => [name, Number(base)]));
}

test('there are eight, of four boards that run 64-bit kernels and of four that run 32-bit ones', () => {
  expect(logs.length).toBe(8);
  expect(logs.filter(({ arch }) => arch === 'arm64').length).toBe(4);
});

describe.each(logs.map((log) => [log.name, log] as const))('the log of %s', (_, log) => {
  it('has its areas where they are here', async () => {
    expect(placesOf(await bootPublicLog(log, explaining(log)))).toEqual(log.placed);
  });

  it('stands in the table of docs/accuracy.md', () => {
    const table = readFileSync(packagePath('docs/accuracy.md'), 'utf8');
    expect(table).toContain(`| ${log.board.split(' (')[0]}`);
    expect(table).toContain(
      Object.values(log.placed)
        .map((place) => `0x${place.toString(16)}`)
        .join(', '),
    );
  });
});

describe.each(
  logs.flatMap((log) => (log.unknown === undefined ? [] : [[log.name, log, log.unknown] as const])),
)('what the log of %s does not show', (_, log, { within: [start, end], without }) => {
  it('explains the place wherever it lies within its interval', async () => {
    for (const base of [BigInt(start), BigInt(end) - blobBytes]) {
      expect(placesOf(await bootPublicLog(log, blobAt(base)))).toEqual(log.placed);
    }
  });

  it('is there: without it the area would lie elsewhere', async () => {
    expect(placesOf(await bootPublicLog(log))).toEqual({ 'linux,cma': without });
  });

  it('lies in that interval and nowhere else', async () => {
    for (const base of [BigInt(start) - blobBytes, BigInt(end)]) {
      expect(placesOf(await bootPublicLog(log, blobAt(base)))).not.toEqual(log.placed);
    }
  });
});

const shown = logs.filter(({ log }) => log.length > 0);

it.each(shown.map((log) => [log.name, log] as const))(
  'the log of %s has the same lines in the same order',
  async (_, log) => {
    const texts = (await bootPublicLog(log, explaining(log))).dmesg.map(({ text }) => text);
    const from = texts.indexOf(log.log[0] ?? '');
    expect(texts.slice(from, from + log.log.length)).toEqual(log.log);
  },
);
