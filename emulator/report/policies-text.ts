import pc from 'picocolors';
import { formatPosition } from '../base/position.ts';
import type { Exhaustion } from '../whatif/policies/exhaustion.ts';
import type { PoliciesDocument, PolicyOutcome } from '../whatif/policies/policies.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** The heaps that each policy gives, and who could then exhaust whom. */
export function policiesText(document: PoliciesDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  const { board, release, policies, panic } = document;
  const title = colours.bold(`${board ?? 'devicetree'}: Linux ${release}`);
  if (panic !== undefined)
    return `${title}\n  ${colours.red(`the kernel panics under every policy: ${panic}`)}\n`;
  return [
    `${title}\n`,
    section('CMA heaps by policy', heapTable(policies)),
    section('Policies', columns(policies.map(policyRow))),
    section('Not in mainline', marks(policies)),
    section('Who could exhaust whom', exhaustionLines(policies)),
    section('Exports that cannot work', refusedLines(policies)),
  ].join('');
}

/** A row for each heap, a column for each policy. */
function heapTable(policies: readonly PolicyOutcome[]): string {
  const known = new Map(policies.flatMap(({ heaps }) => heaps.map((heap) => [heap.name, heap] as const)));
  if (known.size === 0) return '  none under any policy\n';
  const head = ['HEAP', 'AREA', 'SIZE', ...policies.map(({ policy }) => policy)];
  const rows = [...known.values()].map(({ name, area, size }) => [
    name,
    area ?? '',
    peopleSize(size),
    ...policies.map(({ heaps }) => cell(heaps.find((heap) => heap.name === name))),
  ]);
  return columns([head, ...rows]);
}

function cell(heap: PolicyOutcome['heaps'][number] | undefined): string {
  if (heap === undefined) return '-';
  return heap.exportedBy === 'release' ? 'yes' : `by ${heap.exportedBy}`;
}

function policyRow({ policy, summary, isUsual }: PolicyOutcome): readonly string[] {
  return [policy, `${summary}${isUsual ? ' (in use)' : ''}`];
}

function marks(policies: readonly PolicyOutcome[]): string {
  const needs = new Map(
    policies.flatMap(({ heaps }) =>
      heaps.flatMap(({ name, needs }) =>
        needs === undefined ? [] : ([[`${name} ${needs}`, { name, needs }]] as const),
      ),
    ),
  );
  return columns([...needs.values()].map(({ name, needs }) => [name, needs]));
}

function exhaustionLines(policies: readonly PolicyOutcome[]): string {
  const byText = new Map<string, { readonly policies: string[]; readonly kind: Exhaustion['kind'] }>();
  for (const { policy, exhaustion } of policies) {
    for (const { says, kind } of exhaustion) {
      const known = byText.get(says) ?? { policies: [], kind };
      known.policies.push(policy);
      byText.set(says, known);
    }
  }
  return [...byText].map(([says, { policies: under }]) => `  ${under.join(', ')}: ${says}\n`).join('');
}

function refusedLines(policies: readonly PolicyOutcome[]): string {
  return policies
    .flatMap(({ policy, refused }) =>
      refused.map(
        ({ asker, why, position }) =>
          `  ${policy}: ${asker}: ${why}${position === undefined ? '' : `, ${formatPosition(position)}`}\n`,
      ),
    )
    .join('');
}
