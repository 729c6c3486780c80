import { describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

describe('heapboard devices', () => {
  it('tells where the memory of a device comes from', async () => {
    const { out, code } = await runCommand(['devices', 'hikey', '/soc/ade@f4100000']);
    expect(code).toBe(0);
    expect(out).toContain('/soc/ade@f4100000  f4100000.ade');
    expect(out).toContain('8 MiB: default-area');
  });

  it('tells why a driver would fail, and what is behind an IOMMU', async () => {
    const { out } = await runCommand(['devices', 'db845c', '--json']);
    const { devices } = JSON.parse(out) as { devices: { node: string; errno?: string; source?: string }[] };
    const of = (name: string) => devices.find(({ node }) => node.includes(name));
    expect(of('video-codec')?.errno).toBe('EINVAL');
    expect(of('camss')?.source).toBe('iommu-pages');
  });

  it('goes by the address bits that drivers of such a device ask for, and says what is assumed', async () => {
    const { out } = await runCommand(['devices', 'rpi4', '/scb/ethernet@7d580000', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      devices: [{ lastAddress: '0xffffffffff', width: { bits: 40, evidence: 'inferred' } }],
    });
    const stated = await runCommand(['devices', 'rpi4', '/scb/ethernet@7d580000']);
    expect(stated.out).toContain('up to 0xffffffffff; 40 address bits, assumed: ');
  });

  it('refuses a node that is not there', async () => {
    const { err, code } = await runCommand(['devices', 'hikey', '/soc/ade@f4100001']);
    expect(code).toBe(2);
    expect(err).toContain('did you mean /soc/ade@f4100000');
  });
});

describe('--driver', () => {
  it('allocates during the boot, and the boot tells what it took', async () => {
    const words = ['boot', 'hikey', '--driver', '/soc/ade@f4100000=8M,4K', '--json'];
    const { out } = await runCommand(words);
    const { devices, areas } = JSON.parse(out);
    expect(devices).toMatchObject([
      {
        name: 'f4100000.ade',
        memory: [{ size: '0x800000', from: 'default-area', area: 'linux,cma' }, { from: 'pages' }],
      },
    ]);
    expect(areas[0].usedPages).toBeGreaterThanOrEqual(2048);
    expect((await runCommand(words.slice(0, 4))).out).toMatch(/\nDrivers\n {2}\/soc\/ade@f4100000 .* 8 MiB/);
  });

  it('is refused with one line where it names no node or no size', async () => {
    for (const value of ['ade=8M', '/soc/ade@f4100000=much']) {
      const { code, err } = await runCommand(['boot', 'hikey', '--driver', value]);
      expect(code).toBe(2);
      expect(err).toContain(`--driver ${value}: expected NODE=SIZE`);
    }
    const { err } = await runCommand(['boot', 'hikey', '--driver', '/nope=8M']);
    expect(err).toMatch(/^heapboard: the driver of \/nope: .*hikey\.dts has no such node\n$/);
  });
});
