import parser from 'yargs-parser';
import { inputError } from '../base/input-error.ts';
import type { ArgumentFacts, Command, OptionTable, OptionValues } from './command.ts';

/** What a command line holds, checked against a command's table. */
export interface ParsedCommandLine {
  readonly help: boolean;
  readonly given: readonly string[];
  readonly options: OptionValues<OptionTable>;
}

/** Splits the arguments behind a command's name. What the command does not take is an InputError. */
export async function parseCommandLine(
  name: string,
  command: Command<OptionTable>,
  words: readonly string[],
): Promise<ParsedCommandLine> {
  const names = Object.keys(command.options);
  const taking = (takes: string) => names.filter((option) => command.options[option]?.takes === takes);
  const valued = [...taking('value'), ...taking('values')];
  const parsed = parser.detailed([...words], {
    boolean: ['help', ...taking('nothing')],
    string: ['_', ...valued],
    array: valued,
    narg: Object.fromEntries(valued.map((option) => [option, 1])),
    alias: { help: ['h'], ...lettersOf(command.options) },
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'greedy-arrays': false,
      'short-option-groups': false,
      'strip-aliased': true,
    },
  });
  const { _: rest, ...found } = parsed.argv;
  const given = rest.map(String);
  if (found.help === true) return { help: true, given, options: {} };
  for (const option of Object.keys(found)) {
    if (option === 'help' || command.options[option] !== undefined) continue;
    throw await unknownOption(name, option, names);
  }
  if (parsed.error !== null) throw inputError('usage', { problem: parsed.error.message });
  checkArguments(name, command.arguments, given);
  const options = Object.fromEntries(
    names.map((option) => [option, read(command.options, option, found[option])]),
  );
  return { help: false, given, options };
}

function lettersOf(table: OptionTable): Record<string, string[]> {
  const lettered = Object.entries(table).filter(([, facts]) => facts.letter !== undefined);
  return Object.fromEntries(lettered.map(([name, facts]) => [name, [facts.letter ?? '']]));
}

function read(
  table: OptionTable,
  option: string,
  value: unknown,
): string | boolean | readonly string[] | undefined {
  const takes = table[option]?.takes;
  if (takes === 'nothing') return value === true;
  const values = Array.isArray(value) ? value.map(String) : [];
  if (takes === 'values') return values;
  if (values.length > 1) throw inputError('usage', { problem: `--${option} may be given only once` });
  return values[0];
}

async function unknownOption(command: string, option: string, known: readonly string[]): Promise<Error> {
  const { nearNames } = await import('../base/near-names.ts');
  const near = nearNames(option, known).map((name) => `--${name}`);
  const help = near.length === 0 ? `see heapboard ${command} --help` : `did you mean ${near.join(' or ')}?`;
  const dashes = option.length === 1 ? '-' : '--';
  return inputError('usage', { problem: `unknown option ${dashes}${option}; ${help}` });
}

function checkArguments(name: string, facts: readonly ArgumentFacts[], given: readonly string[]): void {
  const missing = facts.find((argument, index) => !argument.optional && given[index] === undefined);
  if (missing !== undefined)
    throw inputError('usage', {
      problem: `${name} needs <${missing.name}>, ${missing.describe}; see heapboard ${name} --help`,
    });
  const extra = facts.at(-1)?.many === true ? undefined : given[facts.length];
  if (extra !== undefined) throw inputError('usage', { problem: `${name} has no use for "${extra}"` });
}
