import { inputError } from '../base/input-error.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import { bootOptionTable, readBootOptions } from './boot-options.ts';
import { type Command, defineCommand, type OptionTable } from './command.ts';
import { parseCommandLine } from './parse.ts';

/** A board or a file, and what is different about it. */
export interface Variation {
  readonly input: string;
  readonly options: BootOptions;
}

const silent = { out: () => {}, err: () => {}, stdin: async () => new Uint8Array(), colours: false };

/**
 * Reads a variation of a board, written as one word: `hikey --set '/reserved-memory/linux,cma:size=256M'`. Its options
 * come after those that hold for all: lists grow, everything else replaces.
 */
export async function parseVariation(text: string, common: BootOptions): Promise<Variation> {
  const found: Variation[] = [];
  const command: Command<OptionTable> = defineCommand({
    arguments: [{ name: 'input', describe: "a board's name or a file" }],
    options: bootOptionTable,
    examples: [],
    async run([input = ''], options) {
      found.push({ input, options: joined(common, readBootOptions(options)) });
      return 0;
    },
  });
  const { given, options } = await parseCommandLine('compare', command, splitWords(text));
  await command.run(given, options, silent);
  const [variation] = found;
  if (variation === undefined) throw new Error('a variation was not read');
  return variation;
}

/** Splits a text into words as a shell does: at blanks outside quotes. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"]|'[^']*'|"[^"]*")+)/y;
  for (let end = 0; end < text.trimEnd().length; ) {
    word.lastIndex = end;
    const match = word.exec(text);
    if (match?.[1] === undefined)
      throw inputError('usage', { problem: `"${text}": a quotation mark has no counterpart` });
    words.push(match[1].replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    end = word.lastIndex;
  }
  return words;
}

/** Options over others: a list goes behind the list that is there, an absent one changes nothing. */
function joined(common: BootOptions, own: BootOptions): BootOptions {
  const merged: Record<string, unknown> = { ...common };
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue;
    const before = merged[name];
    merged[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  }
  return merged;
}
