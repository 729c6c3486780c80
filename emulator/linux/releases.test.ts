import { describe, expect, it } from 'vitest';
import { InputError } from '../base/input-error.ts';
import { behaviourHistory } from './releases/behaviours.ts';
import { watched } from './releases/relied-on.ts';
import { releaseDifferences, releaseNamed, releaseNames } from './releases.ts';

describe('releases', () => {
  it('are known by name, and an unknown one is told with those that are', () => {
    for (const name of releaseNames) expect(releaseNamed(name).name).toBe(name);
    expect(() => releaseNamed('4.19')).toThrow(InputError);
    expect(() => releaseNamed('4.19')).toThrow(/6\.1/);
  });

  it('have a value for every behaviour', () => {
    for (const name of releaseNames) {
      expect(Object.keys(releaseNamed(name).behaviours).sort()).toEqual(Object.keys(behaviourHistory).sort());
    }
  });

  it('keep what a first release did before a fix was backported', () => {
    expect(releaseNamed('6.1').behaviours.allocFdInstall).toBe('after-copy-out');
    expect(releaseNamed('6.1.0').behaviours.allocFdInstall).toBe('before-copy-out');
    expect(releaseNamed('6.1.0').behaviours.duplicateHeapTest).toBe('before-device');
  });

  it('differ in what changed between them, and only in that', () => {
    const names = releaseDifferences(releaseNamed('6.1'), releaseNamed('6.12')).map(
      ({ behaviour }) => behaviour,
    );
    expect(names).toContain('regionOrder');
    expect(names).not.toContain('regionHeaps');
    expect(releaseDifferences(releaseNamed('6.1'), releaseNamed('6.1'))).toEqual([]);
  });

  it('say how each behaviour is known', () => {
    expect(releaseNamed('6.12').evidence('reservedLine')).toBe('recorded');
    expect(releaseNamed('7.1').evidence('memAccounting')).toBe('inferred');
  });

  it('conclude what a release does that was not read, where those around it differ', () => {
    expect(releaseNamed('6.17').evidence('cmaHeapNaming')).toBe('inferred');
    expect(releaseNamed('5.15').evidence('regionOrder')).toBe('recorded');
    expect(releaseNamed('rfc-2019').evidence('heapIoctl')).toBe('read');
  });

  it('are watched in a boot: only inferred behaviours that were looked at are remembered', () => {
    const release = watched(releaseNamed('6.17'));
    expect([...release.inferredInUse]).toEqual([]);
    expect(release.behaviours.cmaHeapNaming).toBe('default_cma_region');
    expect(release.behaviours.heapIoctl).toBe('number-only-24-bytes');
    expect(release.behaviours.cmaHeapNaming).toBe('default_cma_region');
    expect([...release.inferredInUse]).toEqual(['cmaHeapNaming']);
    expect([...watched(releaseNamed('6.17')).inferredInUse]).toEqual([]);
  });

  it('list the changes of a behaviour from the oldest on', () => {
    const age = (since: string): number => {
      const [, major, minor] = /^(\d+)\.(\d+)$/.exec(since) ?? [];
      return Number(major ?? 0) * 1000 + Number(minor ?? 0);
    };
    for (const [name, changes] of Object.entries(behaviourHistory)) {
      const ages = changes.map((change) => age(change.since));
      expect(ages[0], name).toBe(0);
      expect(ages, name).toEqual([...ages].sort((a, b) => a - b));
    }
  });
});
