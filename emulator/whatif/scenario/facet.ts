import type * as z from 'zod';
import { validateYaml, type YamlDocument, type YamlFailure } from '../../base/yaml-input.ts';
import type { Difference, Observed } from './observed.ts';

/** Looks at what came, and tells where it differs from what was expected. */
export type Compare = (observed: Observed) => readonly Difference[];

/** One thing that an expectation may speak of. */
export interface Facet {
  readonly key: string;
  /** How it is written, for editors. */
  readonly schema: z.ZodType;
  read(document: YamlDocument, fail: YamlFailure): Compare;
}

/** Defines a facet: how it is written, and how it is compared. */
export function defineFacet<Schema extends z.ZodType>(facet: {
  readonly key: string;
  readonly schema: Schema;
  readonly compare: (wanted: z.output<Schema>, observed: Observed) => readonly Difference[];
}): Facet {
  return {
    key: facet.key,
    schema: facet.schema,
    read(document, fail) {
      const wanted = validateYaml(document, facet.schema, fail);
      return (observed) => facet.compare(wanted, observed);
    },
  };
}

/** The difference between two values as text; none where they are the same. */
export function differing(what: string, expected: string, seen: string): readonly Difference[] {
  return expected === seen ? [] : [{ what, expected, seen }];
}
