import { describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

const tooLarge = ['explain', 'hikey', 'linux,cma', '--set', '/reserved-memory/linux,cma:size=512M'];

describe('heapboard explain', () => {
  it('tells who asked, where, what was decided and how large it could be', async () => {
    const { code, out } = await runCommand(['explain', 'hikey', '/dev/dma_heap/linux,cma']);
    expect(code).toBe(0);
    expect(out).toMatch(/^linux,cma is a CMA area of 128 MiB at 0x36000000, the default one/);
    expect(out).toMatch(/asks for 128 MiB anywhere in memory aligned to 2 MiB .*hikey\.dts:\d+/);
    expect(out).toContain('heap linux,cma over area linux,cma');
    const room = /up to (\d+) MiB here; (\d+) MiB would be refused/.exec(out);
    const booted = async (size: string | undefined) =>
      JSON.parse(
        (await runCommand(['boot', 'hikey', '--json', '--set', `/reserved-memory/linux,cma:size=${size}M`]))
          .out,
      );
    expect((await booted(room?.[1])).regions).toContainEqual(
      expect.objectContaining({ name: 'linux,cma', state: 'cma' }),
    );
    expect((await booted(room?.[2])).regions).toContainEqual(
      expect.objectContaining({ name: 'linux,cma', state: 'failed' }),
    );
  });

  it('tells what stood in the way, and the largest size where none that was asked for fits', async () => {
    const { code, out } = await runCommand(tooLarge);
    expect(code).toBe(0);
    expect(out).toMatch(/^linux,cma gets no memory/);
    expect(out).toMatch(/the largest has \d+ MiB, from 0x[0-9a-f]+ on/);
    expect(out).toMatch(/In the way\n {2}kernel image lies at /);
    expect(out).toMatch(/ask for 448 MiB only:\n.*--set \/reserved-memory\/linux,cma:size=0x1c000000/);
  });

  it('proposes a change that works when it is made', async () => {
    const wrong = '/reserved-memory/linux,cma:size=33M';
    const { out } = await runCommand(['explain', 'hikey', 'linux,cma', '--set', wrong, '--json']);
    const { schemaVersion, granted, change } = JSON.parse(out);
    expect([schemaVersion, granted, change.kind, change.option]).toEqual([1, false, 'whole-units', '--set']);
    const { out: after } = await runCommand(['boot', 'hikey', '--set', wrong, change.option, change.value]);
    expect(after).toMatch(/linux,cma +0x[0-9a-f]+ +34 MiB .* default/);
  });

  it('explains a panic', async () => {
    const outside = ['--add-region', 'pool,size=64M,base=0xf0000000,reusable'];
    const { code, out } = await runCommand(['explain', 'hikey', 'boot', ...outside]);
    expect(code).toBe(0);
    expect(out).toMatch(/^The kernel panics: Attempted to kill init/);
    expect(out).toContain('lies where there is no memory');
    expect(out).toMatch(/let \/reserved-memory\/pool@f0000000 lie at 0x/);
  });

  it('refuses what is not there, and says what was perhaps meant', async () => {
    expect(await runCommand(['explain', 'hikey', 'linux,cna'])).toMatchObject({
      code: 2,
      err: 'heapboard: nothing is called "linux,cna"; did you mean linux,cma?\n',
    });
  });
});
