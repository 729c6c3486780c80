import * as z from 'zod';
import { defineStep } from '../step.ts';

/** Waits until the processes that this one started from a program have ended. */
export const wait = defineStep({
  verb: 'wait',
  shape: { wait: z.string().min(1) },
  programs: (facts) => [facts.wait],
  run: (facts) => ({ waitFor: facts.wait }),
});
