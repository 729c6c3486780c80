import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-limits: skipped: there is no gcc');

const account = z.object({
  areas: z.array(z.object({ startBytes: z.number(), peakBytes: z.number(), endBytes: z.number() })),
  processes: z.array(z.object({ buffers: z.number() })),
  leaks: z.array(z.object({ fd: z.number().nullable(), sizeBytes: z.number() })),
  notes: z.array(z.string()),
});

/** Starts a command as a user who has one inotify watch. */
const withOneWatch = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  ...['echo 1 >/proc/sys/user/max_inotify_watches && exec "$@"', 'sh'],
];
const [unshare = '', ...unshareWords] = withOneWatch;
const canLimit = spawnSync(unshare, [...unshareWords, 'true'], { timeout: 10_000 }).status === 0;
if (!canLimit) console.log('native-watches: skipped: there are no user namespaces');

describe.skipIf(!canRun).each(['notify', 'ptrace'])('limits of the host, under %s', (backend) => {
  const programs = new FixturePrograms();
  const paths = { overflow: '', leaver: '' };
  beforeAll(() => {
    paths.overflow = programs.c('overflow');
    paths.leaver = programs.c('leaver');
  });
  afterAll(() => programs.remove());

  function run(command: readonly string[], under: readonly string[] = []) {
    const { stdout, stderr, status } = exec(
      ['hikey', '--native', '--json', '--backend', backend, '--', ...command],
      { under },
    );
    return { ...account.parse(JSON.parse(stdout)), said: stderr, status };
  }

  it('where releases were lost they are found out, and that is said', (context) => {
    const { said, areas, processes, leaks, notes } = run([paths.overflow]);
    if (said === 'overflow: skipped\n') {
      console.log('native-overflow: skipped: too few open files are allowed');
      context.skip();
    }
    expect(said).toBe('overflow: passed\n');
    expect(processes).toEqual([{ buffers: 100 }]);
    expect(leaks).toEqual([{ fd: expect.any(Number), sizeBytes: 4096 }]);
    expect(areas[0]?.endBytes).toBe(areas[0]?.startBytes);
    expect(notes).toEqual([expect.stringContaining('fs.inotify.max_queued_events')]);
  });

  it.skipIf(!canLimit)('where no release could be told, allocations fail, and that is said', () => {
    const { status, areas, processes, leaks, notes } = run(
      [paths.leaver, '/dev/dma_heap/linux,cma'],
      withOneWatch,
    );
    expect([status, processes, leaks]).toEqual([1, [], []]);
    expect(areas[0]?.endBytes).toBe(areas[0]?.startBytes);
    expect(notes).toEqual([expect.stringContaining('fs.inotify.max_user_watches')]);
  });
});
