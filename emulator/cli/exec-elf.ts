import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { HeapEvent } from '../userland/elf/execute.ts';
import { type GuestEntry, type GuestFile, resolver } from '../userland/elf/guest-entries.ts';
import type { FaultInjector } from '../userland/faults/injector.ts';
import type { Identity } from '../userland/workload/host.ts';
import type { System } from '../whatif/system.ts';
import { guestFiles } from './guest-files.ts';
import { openHost } from './host-streams.ts';

/** What `exec` was given for a program that the emulated processor runs. */
export interface ElfRequest {
  readonly command: readonly string[];
  readonly identity: Identity;
  readonly env: readonly string[];
  readonly init: boolean;
  readonly timeout: string | undefined;
  readonly maxInstructions: string | undefined;
  /** Tells what went wrong on purpose. */
  readonly faults: FaultInjector | undefined;
  readonly bind: readonly string[];
  readonly sysroot: string | undefined;
  /** What the program prints goes to stderr, since stdout carries a document. */
  readonly stdoutToStderr: boolean;
  /** Told each line about a buffer that is made or goes away. */
  readonly traceHeaps: ((line: string) => void) | undefined;
}

/** The program as it lies on the board: under /bin, or where a bind or the sysroot has it. */
function programFile(command: string, entries: readonly GuestEntry[]): { path: string; file?: GuestFile } {
  const meant = resolver(entries)(command);
  if (entries.some((entry) => 'bytes' in entry && entry.path === meant)) return { path: command };
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(command);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw inputError('program-not-found', { program: command });
    throw inputError('file-unreadable', {
      file: command,
      reason: code === 'EISDIR' ? 'it is a folder' : code,
    });
  }
  const path = `/bin/${basename(command)}`;
  return { path, file: { path, mode: 0o755, bytes } };
}

/** Runs an AArch64 program on a booted system; the document of the run. */
export async function runElf(system: System, request: ElfRequest) {
  const [{ executeElf }, { whyNotAarch64 }, { workloadHost }, { elfDocument }] = await Promise.all([
    import('../userland/elf/execute.ts'),
    import('../userland/elf/describe-elf.ts'),
    import('../whatif/workload-host.ts'),
    import('../report/elf-json.ts'),
  ]);
  const [program = '', ...rest] = request.command;
  const bound = guestFiles(request.bind, request.sysroot);
  const { path, file } = programFile(program, bound);
  const problem = file === undefined ? undefined : whyNotAarch64(file.bytes);
  if (problem !== undefined) {
    const advice = problem.includes('x86-64') ? '; for a program of this machine say --native' : '';
    throw inputError('program-foreign', { path: program, problem: `${problem}${advice}` });
  }
  const host = openHost(request.stdoutToStderr);
  try {
    const outcome = await executeElf(system.running, workloadHost(system), {
      files: file === undefined ? bound : [...bound, file],
      path,
      argv: [program, ...rest],
      environment: environmentOf(request.env),
      identity: request.identity,
      isInit: request.init,
      enter: system.calls,
      ...(request.faults === undefined ? {} : { faults: request.faults }),
      ...(request.traceHeaps === undefined ? {} : { onHeapEvent: heapLines(request.traceHeaps) }),
      console: host.console,
      limits: {
        instructions: countOf(request.maxInstructions),
        nanoseconds: secondsOf(request.timeout),
        breathe: host.breathe,
        awaitInput: host.awaitInput,
      },
    });
    return elfDocument(system.summary(), outcome);
  } finally {
    host.close();
  }
}

/** A line for each buffer: who, what, and from where. */
function heapLines(tell: (line: string) => void): (event: HeapEvent) => void {
  return ({ kind, pid, heap, sizeBytes, site }) => {
    const address = site === undefined ? '' : ` at 0x${site.address.toString(16)}`;
    const name = site?.function === undefined ? '' : ` in ${site.function}`;
    tell(`[pid ${pid}] ${kind} ${sizeBytes} bytes of ${heap}${address}${name}\n`);
  };
}

/** The variables that are given, and a plain PATH and HOME. */
function environmentOf(given: readonly string[]): readonly string[] {
  const variables = new Map([
    ['PATH', '/bin:/usr/bin:/sbin:/usr/sbin'],
    ['HOME', '/'],
  ]);
  for (const variable of given) {
    const at = variable.indexOf('=');
    if (at < 1) throw inputError('bad-option', { option: 'env', value: variable, expected: 'NAME=VALUE' });
    variables.set(variable.slice(0, at), variable.slice(at + 1));
  }
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

function countOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (Number.isFinite(count) && count > 0) return count;
  throw inputError('bad-option', { option: 'max-instructions', value, expected: 'a number such as 1e9' });
}

function secondsOf(value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s?$/.exec(value)?.[1];
  if (seconds !== undefined) return BigInt(Math.round(Number(seconds) * 1e9));
  throw inputError('bad-option', { option: 'timeout', value, expected: 'virtual seconds, for instance 10' });
}
