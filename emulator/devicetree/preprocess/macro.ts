import { type Token, tokenize } from './token.ts';

/** A macro: what stands for a name. */
export interface Macro {
  readonly name: string;
  /** Names of the parameters; undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** Whether the last parameter takes all that is left. */
  readonly variadic: boolean;
  readonly body: readonly Token[];
  /** Whether its body names nothing and joins nothing, so that it stands for itself. */
  readonly plain: boolean;
}

/** Reads what follows `#define`; a string says what is wrong with it. */
export function parseDefinition(rest: string): Macro | string {
  const match = /^([A-Za-z_$][\w$]*)(\(?)/.exec(rest);
  const name = match?.[1];
  if (match === null || name === undefined) return 'macro names must be identifiers';
  if (match[2] === '') return macroOf(name, undefined, false, tokenize(rest.slice(name.length)));
  const close = rest.indexOf(')', match[0].length);
  if (close < 0) return `missing ")" in the parameters of macro "${name}"`;
  const inside = rest.slice(match[0].length, close).trim();
  const parameters = inside === '' ? [] : inside.split(',').map((parameter) => parameter.trim());
  const last = parameters.at(-1) ?? '';
  const variadic = last.endsWith('...');
  if (variadic) parameters[parameters.length - 1] = last === '...' ? '__VA_ARGS__' : last.slice(0, -3).trim();
  const wrong = parameters.find((parameter) => !/^[A-Za-z_$][\w$]*$/.test(parameter));
  if (wrong !== undefined) return `"${wrong}" is no name for a parameter of macro "${name}"`;
  return macroOf(name, parameters, variadic, tokenize(rest.slice(close + 1)));
}

function macroOf(
  name: string,
  parameters: readonly string[] | undefined,
  variadic: boolean,
  body: readonly Token[],
): Macro {
  const plain =
    parameters === undefined && body.every((token) => token.kind !== 'identifier' && token.text !== '##');
  return { name, parameters, variadic, body: unspaceFirst(body), plain };
}

/** The space before a body belongs to the directive. */
function unspaceFirst(tokens: readonly Token[]): readonly Token[] {
  const [first, ...others] = tokens;
  return first?.spaced === true ? [{ ...first, spaced: false }, ...others] : tokens;
}
