import type { ProgramImage } from '../../linux/kernel/task.ts';
import type { WorkloadProgram } from './workload.ts';

/** A program of a workload as a file that can be executed. */
export class WorkloadImage implements ProgramImage {
  readonly program: WorkloadProgram;
  /** What its names stand for when it begins. */
  readonly scope: () => ReadonlyMap<string, bigint>;

  constructor(program: WorkloadProgram, scope: () => ReadonlyMap<string, bigint>) {
    this.program = program;
    this.scope = scope;
  }

  get name(): string {
    return this.program.name;
  }
}

/** Where a workload's programs lie in the emulated file system; `job` is the name of its first process. */
export function programPath(job: string, program: string): string {
  return `/opt/${job}/${program}`;
}
