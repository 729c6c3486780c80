import type { Task } from '../../linux/kernel/task.ts';
import { dynamicBase, ET_DYN, readHeader } from '../../linux/uapi/elf.ts';
import { returnAddresses } from './call-chain.ts';
import { Symbols } from './symbols.ts';

/** Functions of C libraries that only pass a call on. */
const wrappers: ReadonlySet<string> = new Set(['ioctl', '__ioctl', 'syscall', '__syscall', '__GI___ioctl']);

interface KnownProgram {
  readonly symbols: Symbols;
  readonly bias: number;
}

/** Where a program was when it made a call. */
export interface CallSite {
  readonly address: number;
  /** The function there; undefined without symbols. */
  readonly function: string | undefined;
}

/** Names the functions of programs that make calls, from the symbol tables of their files. */
export class Callers {
  readonly #bytesOf: (path: string) => Uint8Array | undefined;
  readonly #programs = new Map<string, KnownProgram>();

  /** `bytesOf` gives a program by its path on the board, where it is known. */
  constructor(bytesOf: (path: string) => Uint8Array | undefined) {
    this.#bytesOf = bytesOf;
  }

  /** The innermost place of a task's program that is no wrapper of the C library. */
  siteOf(task: Task): CallSite | undefined {
    const program = this.#program(task.executed?.path ?? '');
    const sites = returnAddresses(task).map((address) => ({
      address,
      function: program?.symbols.functionAt(address - program.bias),
    }));
    return sites.find((site) => site.function !== undefined && !wrappers.has(site.function)) ?? sites[0];
  }

  #program(path: string): KnownProgram | undefined {
    const known = this.#programs.get(path);
    if (known !== undefined) return known;
    const bytes = this.#bytesOf(path);
    if (bytes === undefined) return undefined;
    const isDynamic = readHeader(bytes)?.type === ET_DYN;
    const program = { symbols: Symbols.read(bytes), bias: isDynamic ? dynamicBase : 0 };
    this.#programs.set(path, program);
    return program;
  }
}
