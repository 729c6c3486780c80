import { describe, expect, it } from 'vitest';
import { releaseDifferences, releaseNamed, releaseNames } from '../../linux/releases.ts';
import { runCommand } from '../test-io.ts';

describe('heapboard releases', () => {
  it('lists every release with what it changed', async () => {
    const { code, out } = await runCommand(['releases']);
    expect(code).toBe(0);
    for (const name of releaseNames) expect(out).toContain(`${name}  ${releaseNamed(name).version}`);
    expect(out).toMatch(/^6\.12 .*\n(?: {2}.*\n)* {2}reserves the \/memreserve\/ entries after/m);
  });

  it('--json gives the changes of each against the one before', async () => {
    const { out } = await runCommand(['releases', '--json']);
    const { schemaVersion, releases } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    expect(releases.map(({ name }: { name: string }) => name)).toEqual(releaseNames);
    expect(releases[0].previous).toBeNull();
    for (const release of releases.slice(1)) {
      const all = releaseDifferences(releaseNamed(release.previous), releaseNamed(release.name));
      const told = new Set(release.changes.map(({ behaviour }: { behaviour: string }) => behaviour));
      for (const one of all) expect(told.has(one.behaviour) || one.before === one.after).toBe(true);
    }
  });

  it('diff tells the differences of two releases as sentences, with their evidence', async () => {
    const { code, out } = await runCommand(['releases', 'diff', '5.10', '6.1']);
    expect(code).toBe(0);
    expect(out).toContain(
      "Linux 5.10 aligns CMA areas to the page allocator's largest block; Linux 6.1 aligns CMA areas to one pageblock.",
    );
    expect(out).toMatch(/cmaQuantum.*, seen in records|, read in its source/);
  });

  it('diff of a release with itself finds nothing', async () => {
    const { out } = await runCommand(['releases', 'diff', '6.1', '6.1']);
    expect(out).toContain('behave alike');
  });

  it('refuses an unknown release, and half a comparison', async () => {
    expect(await runCommand(['releases', 'diff', '6.1', '9.9'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('unknown kernel release "9.9"'),
    });
    expect(await runCommand(['releases', 'diff', '6.1'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('releases diff A B'),
    });
  });
});
