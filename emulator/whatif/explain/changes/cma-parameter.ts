import { formatSize, hex } from '../../../base/units.ts';
import { readCmaParameter } from '../../../linux/kernel/dma/contiguous/command-line.ts';
import type { ChangeKind, Failure, Proposal } from '../failure.ts';
import { doubling, stepped, stepsToFreePlaces } from '../places.ts';

const word = /(^|\s)cma=(\S*)/g;

/** The command line with the value of `cma=` replaced, or without it. */
export function withCma(bootargs: string, value: string | undefined): string {
  const replaced = bootargs.replace(word, (_, blank: string) =>
    value === undefined ? '' : `${blank}cma=${value}`,
  );
  return replaced.trim();
}

/** The value of the last `cma=`. */
export function cmaValue(bootargs: string): string | undefined {
  return [...bootargs.matchAll(word)].at(-1)?.[2];
}

/** `cma=` takes a node's place, or asks for a place that cannot be had. */
export const cmaParameter: ChangeKind = {
  name: 'cma-parameter',
  propose(failure) {
    const { bootargs } = failure.system.environment.handoff;
    const value = cmaValue(bootargs);
    if (value === undefined) return [];
    if (failure.node !== undefined) {
      if (!failure.node.has('linux,cma-default')) return [];
      const says = `leave cma=${value} out of the command line, so that ${failure.node.path} is the default area`;
      return [{ says, change: { kind: 'bootargs', bootargs: withCma(bootargs, undefined) } }];
    }
    return moveArea(failure, bootargs, value);
  },
};

function moveArea(failure: Failure, bootargs: string, value: string): readonly Proposal[] {
  const asked = readCmaParameter(value, undefined);
  if (!value.includes('@')) return [];
  const step = failure.areaUnitBytes;
  const size = value.split('@')[0] ?? value;
  const propose = (text: string, says: string) => ({
    says,
    change: { kind: 'bootargs', bootargs: withCma(bootargs, text) } as const,
  });
  if (value.includes('-')) {
    const last = Number(failure.system.environment.memblock.endOfMemory / step);
    return [
      {
        probes: doubling(Math.max(0, last - Number(asked.limit / step))),
        at: (count) => {
          const limit = stepped(asked.limit, step, count, true);
          return propose(`${size}@${hex(asked.base)}-${hex(limit)}`, `let cma= reach up to ${hex(limit)}`);
        },
      },
    ];
  }
  const steps = stepsToFreePlaces(failure, { baseBytes: asked.base, sizeBytes: asked.size }, step);
  return [true, false].map((upwards) => ({
    probes: upwards ? steps.up : steps.down,
    at: (count: number) => {
      const base = stepped(asked.base, step, count, upwards);
      if (base < 0n) return undefined;
      return propose(`${size}@${hex(base)}`, `let cma= place its ${formatSize(asked.size)} at ${hex(base)}`);
    },
  }));
}
