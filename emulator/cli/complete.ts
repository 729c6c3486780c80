import type { Command, OptionTable } from './command.ts';
import { commands } from './registry.ts';

/**
 * What may stand in place of the last word, which is empty or begun; the first word is the program's name.
 * Where nothing is returned the shell completes files.
 */
export async function complete(words: readonly string[]): Promise<readonly string[]> {
  const [name, ...rest] = words.slice(1);
  const begun = rest.at(-1);
  if (name === undefined || begun === undefined) return startingWith(name ?? '', [...commands.keys()]);
  const command = await commands.get(name)?.load();
  if (command === undefined) return [];
  const before = rest.slice(0, -1);
  return startingWith(begun, await candidates(command, before, begun));
}

async function candidates(
  command: Command<OptionTable>,
  before: readonly string[],
  begun: string,
): Promise<readonly string[]> {
  const open = command.options[optionName(before.at(-1))];
  if (open !== undefined && open.takes !== 'nothing') return (await open.complete?.()) ?? [];
  if (begun.startsWith('-')) {
    const used = new Set(before.map(optionName));
    const names = Object.entries(command.options).filter(
      ([name, facts]) => facts.takes === 'values' || !used.has(name),
    );
    return [...names.map(([name]) => `--${name}`), '--help'];
  }
  const last = command.arguments.length - 1;
  const index = before.filter((word, at) => isArgument(command, word, before[at - 1])).length;
  const argument =
    command.arguments[index] ??
    (command.arguments[last]?.many === true ? command.arguments[last] : undefined);
  return (await argument?.complete?.()) ?? [];
}

/** Whether a word is an argument and not an option or the value of one. */
function isArgument(command: Command<OptionTable>, word: string, previous: string | undefined): boolean {
  if (word.startsWith('-') && word !== '-') return false;
  const option = command.options[optionName(previous)];
  return option === undefined || option.takes === 'nothing';
}

function optionName(word: string | undefined): string {
  return word?.startsWith('--') === true ? word.slice(2) : '';
}

function startingWith(begun: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(begun));
}
