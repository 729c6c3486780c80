import { describe, expect, it } from 'vitest';
import { loadBoot } from '../boot.ts';
import type { BootOptions } from '../boot-options.ts';
import { check } from './check.ts';

/** A tree with some regions, and devices at its root. */
const tree = (regions: string, devices = '') => `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  memory@40000000 {
    device_type = "memory";
    reg = <0 0x40000000 0 0x40000000>;
  };
  reserved-memory {
    #address-cells = <2>;
    #size-cells = <2>;
    ranges;
    ${regions}
  };
  ${devices}
};`;

async function found(source: string, options: BootOptions = {}) {
  const stdin = async () => new TextEncoder().encode(source);
  const { findings } = check(await loadBoot('-', options, { stdin }));
  return findings.map(({ id, severity }) => `${severity} ${id}`);
}

const secure = (flags: string) => `
  one: secure@60000000 { reg = <0 0x60000000 0 0x200000>; ${flags} };
  two: modem@60100000 { reg = <0 0x60100000 0 0x200000>; ${flags} };`;
const user = (name: string, label: string) =>
  `${name} { compatible = "vendor,loader"; memory-region = <&${label}>; };`;

describe('how grave a finding is', () => {
  it('of overlapping regions depends on whether they keep anything but the kernel out', async () => {
    expect(await found(tree(secure('')))).toEqual(['error region-overlap']);
    const both = user('first', 'one') + user('second', 'two');
    // A no-map region over one that is reserved before it is refused; over one that is only not mapped it is not.
    expect(await found(tree(secure('no-map;')))).toEqual(['note region-overlap']);
    expect(await found(tree(secure('no-map;'), user('first', 'one')))).toEqual(['note region-overlap']);
    expect(await found(tree(secure('no-map;'), both))).toEqual(['error region-overlap']);
  });

  it('of a status depends on what it disables', async () => {
    const region = 'log@60000000 { reg = <0 0x60000000 0 0x200000>; status = "enabled"; };';
    expect(await found(tree(region))).toEqual(['error status-trap']);
    expect(await found(tree('', 'led { compatible = "gpio-leds"; status = "Okay"; };'))).toEqual([
      'warning status-trap',
    ]);
    expect(await found(tree('', 'led { compatible = "gpio-leds"; status = "disabled"; };'))).toEqual([]);
  });

  it('of a pool beyond 4 GiB depends on whether buses or drivers set the limit', async () => {
    const pool =
      'pool { compatible = "shared-dma-pool"; reusable; size = <0 0x2000000>; linux,cma-default; };';
    const memory = [0x4000_0000n, 0x1_0000_0000n].map((baseBytes) => ({ baseBytes, sizeBytes: 1n << 30n }));
    const display = (dmaRanges: string) =>
      `soc { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; ${dmaRanges}
        display@1000 { compatible = "vendor,lcdif"; reg = <0 0x1000 0 0x1000>; }; };`;
    expect(await found(tree(pool, display('')), { memory })).toEqual(['note pool-beyond-reach']);
    expect(await found(tree(pool, display('dma-ranges = <0 0 0 0 1 0>;')), { memory })).toEqual([
      'warning pool-beyond-reach',
    ]);
    expect(await found(tree(pool, display('')))).toEqual([]);
  });

  it('of a region outside RAM depends on what it is for', async () => {
    const log = (base: string, more = '') => tree(`log@${base} { reg = <0 0x${base} 0 0x200000>; ${more} };`);
    expect(await found(log('20000000'))).toEqual(['note region-outside-ram']);
    expect(await found(log('7ff00000'))).toEqual(['warning region-outside-ram']);
    expect(await found(log('20000000', 'no-map;'))).toEqual([]);
  });
});

describe('a remedy', () => {
  it('never moves what belongs to firmware', async () => {
    const stdin = async () =>
      new TextEncoder().encode(tree(secure('no-map;'), user('first', 'one') + user('second', 'two')));
    const { findings } = check(await loadBoot('-', {}, { stdin }));
    expect(findings.map(({ remedy }) => remedy)).toEqual([undefined]);
  });
});
