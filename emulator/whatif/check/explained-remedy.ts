import type { BootContext } from './context.ts';
import type { Remedy } from './rule.ts';

/** What `explain` found by booting: the change that grants a wish, or the largest size that would be granted. */
export function explainedRemedy(context: BootContext, subject: string): Remedy | undefined {
  const { change, largest } = context.explain(subject);
  const found = change ?? largest;
  return found === undefined ? undefined : { says: found.says, options: [[found.option, found.value]] };
}
