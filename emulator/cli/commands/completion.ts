import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard completion`: the script that yargs writes for bash or zsh, whichever $SHELL names. */
export const completionCommand = defineCommand({
  arguments: [],
  options: {},
  examples: [
    ['heapboard completion >> ~/.bashrc', 'completion in every new bash'],
    ['source <(heapboard completion)', 'completion in this shell'],
  ],
  async run(_given, _options, io) {
    const { default: yargs } = await import('yargs');
    const script = await new Promise<string>((resolve) => {
      yargs([])
        .scriptName('heapboard')
        .completion('completion')
        .parse(['completion'], {}, (_error, _argv, output) => resolve(output));
    });
    io.out(`${script.trimEnd()}\n`);
    return exitCodes.answer;
  },
});
