import * as z from 'zod';
import type { Expression } from '../expression.ts';
import { formula } from '../handle-name.ts';
import type { AreaState } from '../host.ts';
import { defineStep } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const bound = z.union(
  [formula.transform((is) => ({ is })), z.strictObject({ min: formula.optional(), max: formula.optional() })],
  'expected a number, a formula, or min and max',
);

const area = z.strictObject({
  usedPages: bound.optional(),
  freePages: bound.optional(),
  usedBytes: bound.optional(),
  freeBytes: bound.optional(),
  largestFreeBytes: bound.optional(),
});

type Bound = { readonly is?: Expression; readonly min?: Expression; readonly max?: Expression };

const state = z.strictObject({
  heaps: z.array(z.string()).optional(),
  noHeaps: z.array(z.string()).optional(),
  areas: z.record(z.string(), area).optional(),
  buffers: bound.optional(),
});

/** Looks at the heaps and areas as an administrator would; the area `default` is the default one, by any name. */
export const expect = defineStep({
  verb: 'expect',
  shape: { expect: state },
  run({ expect: wanted }, context) {
    const heaps = context.host.heaps().map(({ name }) => name);
    for (const name of wanted.heaps ?? []) {
      if (!heaps.includes(name))
        context.unmet({ what: 'heaps', expected: name, seen: heaps.join(', ') || 'none' });
    }
    for (const name of wanted.noHeaps ?? []) {
      if (heaps.includes(name))
        context.unmet({ what: 'heaps', expected: `no ${name}`, seen: heaps.join(', ') });
    }
    for (const [name, bounds] of Object.entries(wanted.areas ?? {})) checkArea(name, bounds, context);
    if (wanted.buffers !== undefined)
      check('live buffers', wanted.buffers, BigInt(context.host.liveBuffers().length), context);
    return undefined;
  },
});

function checkArea(name: string, bounds: z.output<typeof area>, context: StepContext): void {
  const areas = context.host.areas();
  const found = areas.find((area) => (name === 'default' ? area.isDefault : area.name === name));
  if (found === undefined) {
    context.unmet({
      what: 'areas',
      expected: name,
      seen: areas.map(({ name }) => name).join(', ') || 'none',
    });
  }
  const seen = figures(found, BigInt(context.host.pageSizeBytes));
  for (const [figure, value] of seen) {
    const wanted = bounds[figure];
    if (wanted !== undefined) check(`${figure} of area ${found.name}`, wanted, value(), context);
  }
}

type Figure = keyof z.output<typeof area>;

function figures(area: AreaState, page: bigint): ReadonlyMap<Figure, () => bigint> {
  const used = BigInt(area.usedPages);
  const free = BigInt(area.pageCount - area.usedPages);
  return new Map<Figure, () => bigint>([
    ['usedPages', () => used],
    ['freePages', () => free],
    ['usedBytes', () => used * page],
    ['freeBytes', () => free * page],
    ['largestFreeBytes', () => BigInt(area.largestFreePages()) * page],
  ]);
}

function check(what: string, wanted: Bound, seen: bigint, context: StepContext): void {
  const value = (formula: Expression | undefined) =>
    formula === undefined ? undefined : context.value(formula);
  const [is, min, max] = [value(wanted.is), value(wanted.min), value(wanted.max)];
  const unmet = (expected: string) => context.unmet({ what, expected, seen: String(seen) });
  if (is !== undefined && seen !== is) unmet(String(is));
  if (min !== undefined && seen < min) unmet(`at least ${min}`);
  if (max !== undefined && seen > max) unmet(`at most ${max}`);
}
