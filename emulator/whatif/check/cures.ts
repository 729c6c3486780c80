import { optionOf } from '../explain/change.ts';
import { takesFromNobody } from '../explain/wish.ts';
import { BootContext } from './context.ts';
import { checkRules } from './findings/index.ts';
import type { CheckRule, Cure, Remedy, Sighting } from './rule.ts';

/**
 * The first cure of a sighting after which the rule sees it no more, nobody else has lost anything and no error is new.
 */
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
  if (rule.find(after).some(({ subject }) => subject === sighting.subject)) return false;
  const known = errorsOf(context);
  return errorsOf(after).every((error) => known.includes(error));
}

/** What rules about errors see, by id and subject. */
function errorsOf(context: BootContext): readonly string[] {
  return [...checkRules.values()]
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ id, find }) => find(context).map(({ subject }) => `${id} ${subject}`));
}
