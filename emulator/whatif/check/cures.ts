import { optionOf } from '../explain/change.ts';
import { takesFromNobody } from '../explain/wish.ts';
import { BootContext } from './context.ts';
import type { CheckRule, Cure, Remedy, Sighting } from './rule.ts';

/** The first cure of a sighting after which the rule sees it no more, and nobody else has lost anything. */
export function curedBy(rule: CheckRule, sighting: Sighting, context: BootContext): Remedy | undefined {
  const cure = sighting.cures?.().find((one) => cures(one, rule, sighting, context));
  return cure === undefined ? undefined : { says: cure.says, options: cure.changes.map(optionOf) };
}

function cures(cure: Cure, rule: CheckRule, sighting: Sighting, context: BootContext): boolean {
  const system = context.boot(cure.changes);
  const request = context.changed(cure.changes);
  if (system === undefined || request === undefined || !system.booted) return false;
  if (!takesFromNobody(context.system, system, cure.costs)) return false;
  const after = new BootContext(request, system, { contracts: context.contracts });
  return !rule.find(after).some(({ subject }) => subject === sighting.subject);
}
