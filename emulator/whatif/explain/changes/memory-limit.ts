import { formatSize, hex } from '../../../base/units.ts';
import { memparse } from '../../../linux/lib/cmdline.ts';
import type { ChangeKind } from '../failure.ts';
import { doubling, stepped } from '../places.ts';

const word = /(^|\s)mem=(\S*)/g;

/** `mem=` leaves too little memory: allow as much more as is needed. */
export const memoryLimit: ChangeKind = {
  name: 'memory-limit',
  propose({ system, areaUnitBytes }) {
    const { bootargs } = system.environment.handoff;
    const value = [...bootargs.matchAll(word)].at(-1)?.[2];
    const limit = value === undefined ? 0n : memparse(value).value;
    if (limit === 0n) return [];
    return [
      {
        probes: doubling(1 << 14),
        at: (step) => {
          const bytes = stepped(limit, areaUnitBytes, step, true);
          const changed = bootargs.replace(word, (_, blank: string) => `${blank}mem=${hex(bytes)}`);
          const says = `let mem= leave ${formatSize(bytes)} of memory`;
          return { says, change: { kind: 'bootargs', bootargs: changed } };
        },
      },
    ];
  },
};
