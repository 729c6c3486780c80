/** What a command reads from and writes to. Tests hand in their own. */
export interface CommandIo {
  /** Writes to stdout: the result and nothing else. */
  out(text: string): void;
  /** Writes to stderr: everything that is not the result. */
  err(text: string): void;
  /** All of stdin. */
  stdin(): Promise<Uint8Array>;
  /** Whether stdout takes colours. */
  readonly colours: boolean;
}

/** One option; every value is text until the command has read it. */
export interface OptionFacts {
  /** A flag takes no value; a value may be given once; values may be given repeatedly, one at a time. */
  readonly takes: 'nothing' | 'value' | 'values';
  readonly describe: string;
  /** A letter for it: `-o`. */
  readonly letter?: string;
  /** What stands for the value in the help: `BASE+SIZE`. */
  readonly placeholder?: string;
  /** Heading in the help. */
  readonly group?: string;
  /** What the shell may complete for the value; files where it is absent. */
  readonly complete?: () => Promise<readonly string[]>;
}

export type OptionTable = Readonly<Record<string, OptionFacts>>;

type ValueOf<Takes> = Takes extends 'nothing'
  ? boolean
  : Takes extends 'values'
    ? readonly string[]
    : string | undefined;

/** What was given for the options of a table. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]['takes']>;
};

/** An argument without a dash. */
export interface ArgumentFacts {
  readonly name: string;
  readonly describe: string;
  readonly optional?: boolean;
  /** Takes all that follow; for the last one only. */
  readonly many?: boolean;
  /** What the shell may complete; files as well. */
  readonly complete?: () => Promise<readonly string[]>;
}

/** A command: what it takes, and what it does. `run` returns the exit code. */
export interface Command<Table extends OptionTable = OptionTable> {
  readonly arguments: readonly ArgumentFacts[];
  readonly options: Table;
  /** Command lines, and what each is for. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
  run(given: readonly string[], options: OptionValues<Table>, io: CommandIo): Promise<number>;
}

/** Gives a command the types of its own table. */
export function defineCommand<const Table extends OptionTable>(command: Command<Table>): Command<Table> {
  return command;
}
