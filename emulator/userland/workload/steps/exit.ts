import { formula } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Ends the process. What it still holds vanishes with it. */
export const exit = defineStep({
  verb: 'exit',
  shape: { exit: formula },
  run: (facts, context) => ({ exitCode: Number(context.value(facts.exit) & 0xffn) }),
});
