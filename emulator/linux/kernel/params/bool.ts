import type { BootEnvironment } from '../../init/kernel.ts';

const yes = /^(?:[yYtT1].*|[oO][nN].*)$/;
const no = /^(?:[nNfF0].*|[oO][fF].*)$/;

/** A bool parameter of built-in code on the command line: the last one counts, a bare one means yes. Plays kstrtobool(). */
export function readBoolParameter({ parameters, log }: BootEnvironment, name: string): boolean {
  let value = false;
  for (const { value: text } of parameters.occurrences(name)) {
    if (text === undefined || yes.test(text)) value = true;
    else if (no.test(text)) value = false;
    else log.err(`Booting kernel: \`${text}' invalid for parameter \`${name}'`);
  }
  return value;
}
