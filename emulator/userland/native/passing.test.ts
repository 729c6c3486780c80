import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-passing: skipped: there is no gcc');

const account = z.object({
  areas: z.array(z.object({ startBytes: z.number(), endBytes: z.number() })),
  leaks: z.array(z.unknown()),
});

const area = '/dev/dma_heap/linux,cma';

describe.skipIf(!canRun).each(['notify', 'ptrace'])('buffers in sockets, under %s', (backend) => {
  const programs = new FixturePrograms();
  let passing = '';
  let receiver = '';
  beforeAll(() => {
    passing = programs.c('passing');
    receiver = `${programs.folder}/receiver`;
    copyFileSync(passing, receiver);
  });
  afterAll(() => programs.remove());

  it('are let go with sockets that nobody reads, and are the leak of who receives and keeps them', () => {
    const cases = ['unreceived', 'killed', 'circle', 'leaked'];
    const script = cases.map((name) => `${passing} ${name} ${area} ${receiver}`).join(' && ');
    const words = ['hikey', '--native', '--json', '--backend', backend, '--', 'sh', '-c', script];
    const { status, stdout, stderr } = exec(words);
    expect([status, stderr.match(/^passing: .*/gm)]).toEqual([0, cases.map(() => 'passing: passed')]);
    const { areas, leaks } = account.parse(JSON.parse(stdout));
    expect(areas[0]?.endBytes).toBe(areas[0]?.startBytes);
    const [, pid, fd] = /^receiver (\d+) has (\d+)$/m.exec(stderr) ?? [];
    const [heap, sizeBytes] = ['linux,cma', 1 << 20];
    expect(leaks).toEqual([
      { pid: Number(pid), program: 'receiver', fd: Number(fd), mapped: false, heap, sizeBytes },
    ]);
  });
});
