import yargs, { type Argv } from 'yargs';
import type { Command, OptionTable } from './command.ts';
import { commands } from './registry.ts';

const width = 100;

/** The text of `heapboard --help`. */
export async function overview(): Promise<string> {
  const help = bare()
    .scriptName('heapboard')
    .usage("$0 <command> …\n\nBoots a board's reserved memory without the board.");
  for (const [name, { summary }] of commands) help.command(name, summary);
  help
    .option('help', { type: 'boolean', describe: 'Show this, or the help of a command' })
    .option('version', { type: 'boolean', describe: "Show Heapboard's version" })
    .example('$0 boot hikey', 'which heaps a HiKey offers, and why')
    .example('$0 boot board.dts --memory 0x40000000+1G', 'the same for a devicetree of yours')
    .epilogue(
      'heapboard <command> --help tells more. Exit codes: 0 an answer, 1 an expectation failed, 2 bad input.',
    );
  return finish(await help.getHelp());
}

/** The text of `heapboard NAME --help`. */
export async function commandHelp(
  name: string,
  summary: string,
  command: Command<OptionTable>,
): Promise<string> {
  const shown = command.arguments.map(({ name: argument, optional, many }) => {
    const dots = many === true ? `${argument}…` : argument;
    return optional === true ? ` [${dots}]` : ` <${dots}>`;
  });
  const help = bare()
    .scriptName('heapboard')
    .usage(`$0 ${name}${shown.join('')} [options]\n\n${summary}.`);
  for (const argument of command.arguments) help.positional(argument.name, { describe: argument.describe });
  for (const [option, facts] of Object.entries(command.options)) {
    const placeholder = facts.placeholder === undefined ? '' : `${facts.placeholder}: `;
    const repeatable = facts.takes === 'values' ? ' (repeatable)' : '';
    help.option(option, {
      type: facts.takes === 'nothing' ? 'boolean' : 'string',
      ...(facts.letter === undefined ? {} : { alias: facts.letter }),
      describe: `${placeholder}${facts.describe}${repeatable}`,
      ...(facts.group === undefined ? {} : { group: `${facts.group}:` }),
    });
  }
  for (const [commandLine, purpose] of command.examples) help.example(commandLine, purpose);
  return finish(await help.getHelp());
}

/** A yargs without its own options, in English whatever the caller's locale, so that help is the same everywhere. */
function bare(): Argv {
  return yargs([]).locale('en').help(false).version(false).wrap(width);
}

function finish(text: string): string {
  return `${text.trimEnd()}\n`;
}
