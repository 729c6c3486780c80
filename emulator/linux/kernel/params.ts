/** One word of the command line: `name=value`, or a bare `name` (value undefined). */
export interface BootParameter {
  readonly name: string;
  readonly value: string | undefined;
}

const quoted = /^"(.*)"$/;

/**
 * Splits a command line as next_arg() of lib/cmdline.c does: blanks separate, double quotes protect them,
 * `-` and `_` in names are the same. Words behind `--` belong to the first process.
 */
function parse(commandLine: string): BootParameter[] {
  const parameters: BootParameter[] = [];
  for (const [word] of commandLine.matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    if (word === '--') break;
    const whole = word.startsWith('"') ? word.replace(/^"/, '').replace(/"$/, '') : word;
    const equals = whole.indexOf('=');
    const name = equals < 0 ? whole : whole.slice(0, equals);
    const value = equals < 0 ? undefined : whole.slice(equals + 1);
    parameters.push({ name, value: value?.match(quoted)?.[1] ?? value });
  }
  return parameters;
}

/** parameq(): dashes and underscores are the same. */
function sameName(a: string, b: string): boolean {
  return a.replaceAll('-', '_') === b.replaceAll('-', '_');
}

/** The kernel's command line, read once. Plays kernel/params.c. */
export class BootParameters {
  readonly commandLine: string;
  readonly all: readonly BootParameter[];

  constructor(commandLine: string) {
    this.commandLine = commandLine;
    this.all = parse(commandLine);
  }

  /** Every occurrence of a parameter, in order. */
  occurrences(name: string): readonly BootParameter[] {
    return this.all.filter((parameter) => sameName(parameter.name, name));
  }

  /** The last `name=value`; undefined where the parameter is missing or bare. */
  value(name: string): string | undefined {
    return this.occurrences(name).findLast((parameter) => parameter.value !== undefined)?.value;
  }

  has(name: string): boolean {
    return this.occurrences(name).length > 0;
  }
}
