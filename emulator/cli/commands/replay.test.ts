import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-trace-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const camera = `
steps:
  - repeat: 3
    index: i
    steps:
      - { alloc: "frame[i]", heap: "linux,cma", size: 4M }
  - { alloc: large, heap: "linux,cma", size: 200M, fails: ENOMEM }
  - { close: "frame[*]" }
`;

describe('a run that is recorded', () => {
  it('prints its calls as strace does, and leaves a file for replay', async () => {
    writeFileSync(at('camera.yaml'), camera);
    const { code, err } = await runCommand([
      ...['run', 'hikey', at('camera.yaml'), '--strace', '--strace-file', at('calls.txt')],
      ...['--record', at('trace.jsonl')],
    ]);
    expect(code).toBe(0);
    expect(err).toContain('openat(AT_FDCWD, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC) = 3\n');
    expect(err).toContain('= -1 ENOMEM (Cannot allocate memory)\n');
    expect(readFileSync(at('calls.txt'), 'utf8')).toBe(err);
  });

  it('is the same on the same board', async () => {
    const { code, out } = await runCommand(['replay', at('trace.jsonl')]);
    expect([code, out]).toEqual([0, 'hikey, Linux 6.1: all 9 calls got what they got before\n']);
  });

  it('misses the heap first on a board that has none of that name', async () => {
    const { code, out } = await runCommand(['replay', at('trace.jsonl'), '--board', 'db845c']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /First {2}.*trace\.jsonl:3, process 2\n {2}openat\(AT_FDCWD, "\/dev\/dma_heap\/linux,cma"/,
    );
    const { out: json } = await runCommand(['replay', at('trace.jsonl'), 'db845c', '--json']);
    expect(JSON.parse(json)).toMatchObject({ schemaVersion: 1, board: 'db845c', identical: false, calls: 9 });
  });

  it('shrinks to what its failure needs', async () => {
    const { code, err } = await runCommand(['minimize', at('trace.jsonl'), '-o', at('small.jsonl')]);
    expect(code).toBe(0);
    expect(err).toMatch(/^9 calls, of which 2 are enough for ioctl\(3, DMA_HEAP_IOCTL_ALLOC.*ENOMEM/);
    expect(readFileSync(at('small.jsonl'), 'utf8').split('\n')).toHaveLength(5);
  });

  it('may come from strace', async () => {
    const { code, err } = await runCommand(['import', 'strace', at('calls.txt'), '-o', at('imported.jsonl')]);
    expect([code, err]).toEqual([0, '9 calls, of which 9 have to do with heaps and buffers\n']);
    expect((await runCommand(['replay', at('imported.jsonl'), 'hikey'])).code).toBe(0);
    expect((await runCommand(['replay', at('imported.jsonl')])).err).toContain('say where to replay it');
  });

  it('is refused where it is no trace', async () => {
    const { code, err } = await runCommand(['replay', at('calls.txt'), 'hikey']);
    expect([code, err]).toEqual([2, `heapboard: ${at('calls.txt')}:1: this line is no JSON\n`]);
  });
});

describe('going wrong on purpose', () => {
  it('fails what is asked to fail, and says so', async () => {
    const { code, out } = await runCommand([
      'run',
      'hikey',
      at('camera.yaml'),
      '--fault',
      'fail=alloc:nth=2',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('Went wrong on purpose\n  fail  camera  ioctl  ENOMEM\n');
  });

  it('tells which failures are not survived', async () => {
    const { code, out } = await runCommand(['run', 'hikey', at('camera.yaml'), '--fail-each']);
    expect(code).toBe(1);
    expect(out).toContain('\n1 of 4 failures are survived\n');
    const { out: json } = await runCommand(['run', 'hikey', at('camera.yaml'), '--fail-each', '--json']);
    const { allocations } = JSON.parse(json) as { allocations: { survived: boolean }[] };
    expect(allocations.map(({ survived }) => survived)).toEqual([false, false, false, true]);
  });

  it('refuses a fault of no kind', async () => {
    const { code, err } = await runCommand(['run', 'hikey', at('camera.yaml'), '--fault', 'luck=bad']);
    expect(code).toBe(2);
    expect(err).toContain('a fault needs one of fail, slow, vanish, kill, busy');
  });
});
