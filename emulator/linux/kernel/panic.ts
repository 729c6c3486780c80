import type { BootEnvironment } from '../init/kernel.ts';

/**
 * The end of a boot. It is no error of ours but what this kernel does with this tree; it is thrown because
 * nothing after it may run, and caught by startKernel() alone.
 */
export class Halt extends Error {
  override readonly name = 'Halt';
  /** What follows "Kernel panic - not syncing: ". */
  readonly lastWords: string;

  constructor(lastWords: string) {
    super(lastWords);
    this.lastWords = lastWords;
  }
}

/** What led to a panic, in words for people. */
export interface PanicCause {
  /** What the decision is about: a node path, `memory`, `image`. */
  readonly subject: string;
  readonly rule: string;
  readonly why: string;
  readonly evidence?: 'recorded' | 'read' | 'inferred';
}

/** panic(): the kernel's last line, and ours that explains it. Plays kernel/panic.c. */
export function panic(boot: BootEnvironment, lastWords: string, cause: PanicCause): never {
  boot.log.console.showEverything(boot.log.mark);
  boot.log.log(0, `Kernel panic - not syncing: ${lastWords}`);
  boot.decisions.note({
    subject: cause.subject,
    rule: cause.rule,
    outcome: `the kernel panics ("${lastWords}"): ${cause.why}`,
    evidence: cause.evidence ?? 'recorded',
  });
  throw new Halt(lastWords);
}

/** An oops before the first process exists, in the idle task. */
export function oopsInIdleTask(boot: BootEnvironment, cause: PanicCause): never {
  return panic(boot, 'Attempted to kill the idle task!', cause);
}

/** An oops in the first process, while it runs initcalls. */
export function oopsInInit(boot: BootEnvironment, cause: PanicCause): never {
  return panic(boot, 'Attempted to kill init! exitcode=0x0000000b', cause);
}
