import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { cases, digest, OwnProcessor } from './compare.ts';
import { instructionClasses } from './random-instruction.ts';

const answersFile = z.strictObject({
  perClass: z.number(),
  seed: z.number(),
  answers: z.record(z.string(), z.string()),
});
const { perClass, seed, answers } = answersFile.parse(
  JSON.parse(readFileSync('fixtures/cpu/answers.json', 'utf8')),
);

describe('the AArch64 processor', () => {
  const owns = [new OwnProcessor('interpreter'), new OwnProcessor('translator')];
  it.each(instructionClasses.map((of) => [of.name, of] as const))(
    'leaves the registers and memory that another one does after %s',
    (name, of) => {
      const { before } = cases(of, perClass, seed);
      expect(before.length).toBeGreaterThan(perClass / 2);
      for (const own of owns) expect(digest(before.map((state) => own.run(state)))).toBe(answers[name]);
    },
  );
});
