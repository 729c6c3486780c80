import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ElfDocument } from '../../report/elf-json.ts';
import { a64, elfProgram } from '../../testing/elf-program.ts';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** getppid(), whose result is the exit code. */
const program = join(folder, 'program');
writeFileSync(
  program,
  elfProgram([a64.movz(8, 173), a64.supervisorCall, a64.movz(8, 94), a64.supervisorCall]),
);

const exec = (...options: readonly string[]) => runCommand(['exec', 'qemu-virt', ...options, '--', program]);

async function json(...options: readonly string[]): Promise<ElfDocument> {
  return JSON.parse((await exec(...options, '--json')).out) as ElfDocument;
}

describe('heapboard exec', () => {
  it('passes on the exit code of a program', async () => {
    expect(await json()).toMatchObject({ status: 1, exitCode: 1, injected: [], notInjected: [] });
  });

  it('makes calls of the program fail on purpose', async () => {
    expect(await json('--fault', 'fail=getppid:errno=EMFILE')).toMatchObject({
      exitCode: 256 - 24,
      injected: [{ kind: 'fail', process: 'program', call: 'getppid', what: 'EMFILE' }],
    });
  });

  it('kills it on purpose', async () => {
    const { code, err } = await exec('--fault', 'kill=program:nth=1');
    expect(code).toBe(137);
    expect(err).toContain('Went wrong on purpose\n  kill  program  getppid  SIGKILL\n');
  });

  it('says which faults never came', async () => {
    const { code, err } = await exec('--fault', 'fail=alloc:nth=2:heap=system');
    expect(code).toBe(1);
    expect(err).toContain('never came  fail=alloc:nth=2:errno=ENOMEM:heap=system\n');
  });

  it('refuses a fault that is none', async () => {
    expect(await exec('--fault', 'explode=1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a fault needs one of'),
    });
  });
});
