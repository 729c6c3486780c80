import * as z from 'zod';
import { defineStep } from '../step.ts';

/** execve(): another program of this workload goes on in the process; what is not marked close-on-exec stays open. */
export const exec = defineStep({
  verb: 'exec',
  shape: { exec: z.string().min(1) },
  programs: (facts) => [facts.exec],
  run: (facts, context) => context.process.execve(context.programPath(facts.exec), [facts.exec]),
});
