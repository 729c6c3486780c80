import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import { parseSize } from '../../base/units.ts';
import { parseYaml, validateYaml, type YamlFailure } from '../../base/yaml-input.ts';

/** What memory a need must be: one run, whatever there is, or what the board's devices of a kind can use. */
export type WantedMemory = 'contiguous' | 'any' | 'display' | 'camera' | 'codec';

/** One kind of buffer that a consumer needs, and how it looks for its heap. */
export interface Need {
  readonly what: string;
  /** Names of heaps in the order in which they are tried: the first that opens is taken, or all are wanted. */
  readonly heaps: readonly string[];
  readonly wants: 'anyOf' | 'allOf';
  readonly access: 'read-only' | 'write-only' | 'read-write';
  readonly memory: WantedMemory;
  readonly sizeBytes: bigint;
  readonly count: number;
  readonly position: SourcePosition;
}

/** What a known program of user space requires of the board that it runs on. */
export interface Contract {
  readonly name: string;
  readonly summary: string;
  /** Where its facts come from. */
  readonly source: string;
  /** The group by which its user may open heaps; root where it is absent. */
  readonly group: string | undefined;
  readonly needs: readonly Need[];
  readonly file: string;
}

const size = z
  .union([z.int(), z.string()], 'expected a size such as 8M')
  .transform((written, context): bigint => {
    const bytes = parseSize(String(written));
    if (bytes !== undefined && bytes > 0n) return bytes;
    context.addIssue(`expected a size above 0, such as 8M, not "${written}"`);
    return z.NEVER;
  });

const names = z
  .array(z.string().min(1), 'expected a list of names of heaps')
  .min(1, 'a need names one heap at least');

const heaps = z.union(
  [z.strictObject({ anyOf: names }), z.strictObject({ allOf: names })],
  'expected anyOf or allOf, with the names of one heap at least',
);

const contractSchema = z.strictObject({
  consumer: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected a name of small letters, digits, dots and dashes'),
  summary: z.string().min(1),
  source: z.string('expected where these facts come from').min(1),
  group: z.string().min(1).optional(),
  needs: z
    .array(
      z.strictObject({
        need: z.string().min(1),
        heaps,
        access: z.enum(['read-only', 'write-only', 'read-write']).default('read-write'),
        memory: z.enum(['contiguous', 'any', 'display', 'camera', 'codec']).default('any'),
        size: size.default(4096n),
        count: z.int().min(1).default(1),
      }),
    )
    .min(1, 'a contract has one need at least'),
});

const fail: YamlFailure = (problem, position) => inputError('contract-broken', { problem }, { position });

/** Reads the text of a contract; a mistake in it is an InputError with line and column. */
export function parseContract(text: string, file: string): Contract {
  const document = parseYaml(text, file, fail);
  const { consumer, summary, source, group, needs } = validateYaml(document, contractSchema, fail);
  return {
    name: consumer,
    summary: summary.trim(),
    source: source.trim(),
    group,
    file,
    needs: needs.map((need, index) => ({
      what: need.need,
      ...('anyOf' in need.heaps
        ? { heaps: need.heaps.anyOf, wants: 'anyOf' }
        : { heaps: need.heaps.allOf, wants: 'allOf' }),
      access: need.access,
      memory: need.memory,
      sizeBytes: need.size,
      count: need.count,
      position: document.positionOf(['needs', index]),
    })),
  };
}
