import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import type { SourcePosition } from '../../base/position.ts';
import { parseYaml, validateYaml, type YamlFailure } from '../../base/yaml-input.ts';
import { suppression } from '../../machine/board-file.ts';
import { checkRules } from './findings/index.ts';

/** Somebody's word that a finding is no matter. */
export interface Suppression {
  readonly id: string;
  /** What the finding is about; whatever it is where this is absent. */
  readonly node?: string | undefined;
  readonly reason: string;
  readonly position?: SourcePosition | undefined;
}

const fail: YamlFailure = (problem, position) => inputError('suppressions-broken', { problem }, { position });

/** Reads a file of suppressions; a mistake in it is an InputError with line and column. */
export function parseSuppressions(text: string, file: string): readonly Suppression[] {
  const document = parseYaml(text, file, fail);
  const { suppress } = validateYaml(document, z.strictObject({ suppress: z.array(suppression) }), fail);
  return suppress.map((one, index) => ({ ...one, position: document.positionOf(['suppress', index]) }));
}

/** Reads `ID=REASON` or `ID:NODE=REASON`; undefined where the text is no such thing. */
export function parseSuppression(text: string): Suppression | undefined {
  const [, id, node, reason] = /^([^:=]+)(?::([^=]+))?=(.*\S.*)$/s.exec(text) ?? [];
  return id === undefined || reason === undefined ? undefined : { id, node, reason: reason.trim() };
}

/** Refuses suppressions of findings that do not exist: an InputError with near names. */
export function refuseUnknownRules(suppressions: readonly Suppression[]): void {
  const unknown = suppressions.find(({ id }) => !checkRules.has(id));
  if (unknown === undefined) return;
  const near = nearNames(unknown.id, [...checkRules.keys()]);
  throw inputError('rule-unknown', { id: unknown.id, near }, { position: unknown.position });
}

/** Whether a suppression is about a finding. */
export function isAbout(
  one: Suppression,
  finding: { readonly id: string; readonly subject: string },
): boolean {
  return one.id === finding.id && (one.node === undefined || one.node === finding.subject);
}
