import * as z from 'zod';
import { formula } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Starts a program of this workload as a process of its own, which runs alongside from then on. */
export const spawn = defineStep({
  verb: 'spawn',
  shape: { spawn: z.string().min(1), with: z.record(z.string(), formula).default({}) },
  programs: (facts) => [facts.spawn],
  run(facts, context) {
    const values = Object.entries(facts.with).map(([name, value]) => [name, context.value(value)] as const);
    context.spawn(facts.spawn, new Map(values), context.position);
    return undefined;
  },
});
