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

  it('refuses a node that is not there', async () => {
    const { err, code } = await runCommand(['devices', 'hikey', '/soc/ade@f4100001']);
    expect(code).toBe(2);
    expect(err).toContain('did you mean /soc/ade@f4100000');
  });
});
