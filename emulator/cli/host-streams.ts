import { readSync, writeSync } from 'node:fs';
import type { ConsolePort } from '../linux/drivers/tty/host-console.ts';

/** What programs on the emulated processor see of the host: its standard streams and its signals. */
export interface HostStreams {
  readonly console: ConsolePort;
  /** Lets the host work; gives a signal that came for the programs meanwhile. */
  readonly breathe: () => Promise<number | undefined>;
  /** Waits for input at the terminal or a signal; undefined where there is no terminal. */
  readonly awaitInput: (() => Promise<number | undefined>) | undefined;
  /** Leaves terminal and signals as they were. */
  readonly close: () => void;
}

const SIGINT = 2;
const SIGTERM = 15;

function isTryAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (!isTryAgain(error)) return;
    }
  }
}

/** Up to `lengthBytes` of standard input; waits for them. */
function readInput(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (;;) {
    try {
      return bytes.subarray(0, readSync(0, bytes));
    } catch (error) {
      if (!isTryAgain(error)) return new Uint8Array(0);
    }
  }
}

/** Takes over the host's streams; with `stdoutToStderr` stdout carries something else. */
export function openHost(stdoutToStderr: boolean): HostStreams {
  const signals = watchSignals();
  const fdOf = (stream: 'stdout' | 'stderr'): number => (stream === 'stdout' && !stdoutToStderr ? 1 : 2);
  const plain: ConsolePort = {
    read: readInput,
    write: (stream, bytes) => writeAll(fdOf(stream), bytes),
  };
  const terminal = process.stdin.isTTY ? openTerminal(signals.wake) : undefined;
  if (terminal === undefined)
    return { console: plain, breathe: signals.breathe, awaitInput: undefined, close: signals.stop };
  const isTerminal = { 1: process.stdout.isTTY, 2: process.stderr.isTTY };
  const streams = (['stdout', 'stderr'] as const).filter((stream) => isTerminal[fdOf(stream) === 1 ? 1 : 2]);
  return {
    console: { ...plain, terminal: { ...terminal.port, streams: new Set(streams) } },
    breathe: signals.breathe,
    awaitInput: signals.awaited,
    close: () => {
      terminal.close();
      signals.stop();
    },
  };
}

/** Ctrl-C and SIGTERM go to the programs; a second one ends the run itself. */
function watchSignals() {
  const came: number[] = [];
  let count = 0;
  let resume = (): void => {};
  const take = (signal: number) => () => {
    count += 1;
    if (count > 1) process.exit(128 + signal);
    came.push(signal);
    resume();
  };
  const [onInterrupt, onTerminate] = [take(SIGINT), take(SIGTERM)];
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    wake: () => resume(),
    awaited: async (): Promise<number | undefined> => {
      await new Promise<void>((done) => {
        resume = done;
      });
      return came.shift();
    },
    breathe: async (): Promise<number | undefined> => {
      await new Promise((done) => setImmediate(done));
      return came.shift();
    },
    stop: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}

/**
 * The host's terminal, raw: bytes come as they are typed, and the emulated kernel makes lines and signals of them. It
 * is put back however the run ends.
 */
function openTerminal(wake: () => void) {
  const { stdin } = process;
  const restore = (): void => {
    stdin.setRawMode(false);
  };
  let receive = (_bytes: Uint8Array): void => {};
  const onData = (bytes: Buffer): void => {
    receive(new Uint8Array(bytes));
    wake();
  };
  // A terminal that is gone ends the programs, as SIGHUP would.
  const onEnd = (): void => process.exit(128 + 1);
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  process.on('exit', restore);
  return {
    port: {
      size: () => {
        const { rows = 24, columns = 80 } = process.stdout.isTTY ? process.stdout : process.stderr;
        return { rows, columns };
      },
      attach: (to: (bytes: Uint8Array) => void) => {
        receive = to;
      },
      write: (bytes: Uint8Array) => writeAll(process.stdout.isTTY ? 1 : 2, bytes),
    },
    close: () => {
      process.off('exit', restore);
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      restore();
      stdin.pause();
      stdin.unref();
    },
  };
}
