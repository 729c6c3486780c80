import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from './write-whole.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('writing all of it', () => {
  it('is refused where the system takes a part and no more', () => {
    execFileSync('mkfifo', [at('pipe')], { timeout: 5000 });
    const fd = openSync(at('pipe'), constants.O_RDWR | constants.O_NONBLOCK);
    // A pipe holds 64 KiB: the first call takes those, and says so; the rest has to be asked for.
    expect(() => writeWhole(fd, 'x'.repeat(100_000))).toThrow(/EAGAIN/);
    closeSync(fd);
  });

  it('goes where the file stands, or to a place in it', () => {
    const fd = openSync(at('file'), 'w+');
    expect(writeWhole(fd, 'größe')).toBe(7);
    writeWhole(fd, '!');
    writeWhole(fd, new TextEncoder().encode('G'), 0);
    closeSync(fd);
    expect(readFileSync(at('file'), 'utf8')).toBe('Größe!');
  });
});
