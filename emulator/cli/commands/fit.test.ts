import { describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

describe('heapboard fit', () => {
  const words = ['fit', 'hikey', '--workload', 'npu', '--param', 'models=1'];

  it('says the size first, and what it rests on', async () => {
    const { code, out } = await runCommand([...words, '--margin', '10%']);
    expect(code).toBe(0);
    const size = /smallest default area: (\d+) MiB/.exec(out)?.[1];
    expect(out).toContain(`--set '/reserved-memory/linux,cma:size=${size}M'`);
    expect(out).toContain('every smaller size is ruled out');
    expect(out).toMatch(/One step less\n {2}\d+ MiB\n .*npu\.yaml:\d+:\d+: npu: alloc /);
    expect(out).toMatch(/with 10 % +\d+ MiB +passes/);
  });

  it('ends with 1 where no size passes', async () => {
    const { code, out } = await runCommand([...words, '--max', '8M']);
    expect(code).toBe(1);
    expect(out).toContain('no size passes');
  });

  it.each([
    [['fit', 'hikey'], 'fit needs --workload'],
    [[...words, '--step', '0'], '--step 0: expected a size above 0'],
    [[...words, '--margin', 'ten'], '--margin ten: expected a percentage'],
    [[...words, '--seeds', '-1'], '--seeds -1: expected a number up to 9999'],
    [[...words, '--param', 'nope=1'], 'no workload has a parameter "nope"'],
  ])('refuses %j with one line', async (given, message) => {
    const { code, out, err } = await runCommand(given);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
