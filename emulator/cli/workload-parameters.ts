import { inputError } from '../base/input-error.ts';

/** Reads `--param NAME=VALUE`: values are formulas without variables. */
export async function readParameters(params: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  const { ExpressionError, parseExpression } = await import('../userland/workload/expression.ts');
  const parameters = params.map((text): readonly [string, bigint] => {
    const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
    try {
      if (name !== undefined && value !== undefined)
        return [name, parseExpression(value).evaluate(new Map())];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
    throw inputError('bad-option', {
      option: 'param',
      value: text,
      expected: 'NAME=VALUE, such as buffers=2',
    });
  });
  return new Map(parameters);
}
