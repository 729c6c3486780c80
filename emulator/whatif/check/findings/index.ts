import type { CheckRule } from '../rule.ts';
import { cmaMisaligned } from './cma-misaligned.ts';
import { regionOverlap } from './region-overlap.ts';

/** Makes a table of rules by id; two of one id are a mistake of ours. */
export function ruleTable(rules: readonly CheckRule[]): ReadonlyMap<string, CheckRule> {
  const table = new Map<string, CheckRule>();
  for (const rule of rules) {
    if (table.has(rule.id)) throw new Error(`two rules are called ${rule.id}`);
    table.set(rule.id, rule);
  }
  return table;
}

/** All rules by id, in the order in which their findings are told. */
export const checkRules = ruleTable([regionOverlap, cmaMisaligned]);
