import { InputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import { type Beside, BootContext, type TreeContext } from './context.ts';
import { curedBy } from './cures.ts';
import { checkRules } from './findings/index.ts';
import { type CheckRule, type Remedy, type Severity, type Sighting, severities } from './rule.ts';
import { isAbout, refuseUnknownRules, type Suppression } from './suppressions.ts';

/** Something that will go wrong with a tree, or is not as it was meant. */
export interface CheckFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly message: string;
  readonly explanation: string;
  readonly position?: SourcePosition | undefined;
  /** What puts it right; applied and booted. */
  readonly remedy?: Remedy | undefined;
  /** Why somebody said that it is no matter. */
  readonly suppressed?: string | undefined;
}

/** The document that `heapboard check --json` prints. */
export interface CheckDocument {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  /** Why nothing was booted, so that only the tree itself was looked at. */
  readonly notBooted?: string | undefined;
  readonly findings: readonly CheckFinding[];
  /** Suppressions that no finding needs, as `ID` or `ID:NODE`. */
  readonly unusedSuppressions: readonly string[];
}

/** What a check is told beside the request. */
export interface CheckOptions extends Beside {
  /** Findings that are no matter; those of the board's profile count as well. */
  readonly suppressions?: readonly Suppression[] | undefined;
}

/**
 * Boots a request and looks for all that the rules know of. A suppression of a finding that does not exist is an
 * InputError.
 */
export function check(request: BootRequest, options: CheckOptions = {}): CheckDocument {
  const suppressions = [...(request.profile?.suppress ?? []), ...(options.suppressions ?? [])];
  refuseUnknownRules(suppressions);
  const context = contextOf(request, options);
  const findings = [...checkRules.values()].flatMap((rule) =>
    sightingsOf(rule, context).map((sighting) => findingOf(rule, sighting, context, suppressions)),
  );
  const unused = suppressions.filter((one) => !findings.some((finding) => isAbout(one, finding)));
  return {
    schemaVersion: 1,
    board: request.profile?.name ?? null,
    release: request.release.name,
    notBooted: context.refusal?.message,
    findings: findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity)),
    unusedSuppressions: unused.map(({ id, node }) => (node === undefined ? id : `${id}:${node}`)),
  };
}

/** A boot, or what can be told where RAM is missing. Other input that cannot be booted is thrown. */
function contextOf(request: BootRequest, beside: Beside): BootContext | TreeContext {
  try {
    return new BootContext(request, bootUp(request), beside);
  } catch (error) {
    if (!(error instanceof InputError) || error.kind !== 'memory-missing') throw error;
    return { request, tree: request.tree, refusal: error };
  }
}

function sightingsOf(rule: CheckRule, context: BootContext | TreeContext): readonly Sighting[] {
  if (rule.looksAt === 'tree') return rule.find(context);
  return context instanceof BootContext ? rule.find(context) : [];
}

function findingOf(
  rule: CheckRule,
  sighting: Sighting,
  context: BootContext | TreeContext,
  suppressions: readonly Suppression[],
): CheckFinding {
  const { subject, message, position, severity, remedy } = sighting;
  const suppressed = suppressions.find((one) => isAbout(one, { id: rule.id, subject }))?.reason;
  const facts = {
    id: rule.id,
    severity: severity ?? rule.severity,
    subject,
    message,
    explanation: rule.explanation,
    position,
  };
  if (suppressed !== undefined) return { ...facts, suppressed };
  const isBooted = context instanceof BootContext;
  return { ...facts, remedy: remedy?.() ?? (isBooted ? curedBy(rule, sighting, context) : undefined) };
}
