import { inputError } from '../../../base/input-error.ts';

/** What the host's kernel takes in a register: a number, or a bigint for what is beyond 2^53. */
export type HostRegister = number | bigint;

/** The C library's syscall(2), which every call of the host goes through. */
export type RawSystemCall = (
  number: number,
  a: HostRegister,
  b: HostRegister,
  c: HostRegister,
  d: HostRegister,
  e: HostRegister,
  f: HostRegister,
) => number;

/** What tells whether a descriptor is readable, without blocking the event loop. */
export interface ReadinessWatch {
  close(): void;
}

/** The foreign-function interface, narrowed to what is used of it. */
export interface HostLibrary {
  readonly systemCall: RawSystemCall;
  /** errno of the last call. */
  errno(): number;
  /** Memory of our own at an address, as bytes. */
  view(address: number, lengthBytes: number): ArrayBuffer;
  /** A function of the C library that takes integers and pointers only. */
  function(declaration: string): (...values: readonly HostRegister[]) => number;
  /** Calls `ready` once, when the descriptor becomes readable. */
  whenReadable(fd: number, ready: () => void): ReadinessWatch;
}

/** Loads koffi, an optional dependency; where it is missing that is an InputError. */
export async function loadHostLibrary(): Promise<HostLibrary> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const systemCall: RawSystemCall = library.func(
    'long syscall(long, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)',
  );
  return {
    systemCall,
    errno: () => koffi.errno(),
    view: (address, lengthBytes) => koffi.view(BigInt(address), lengthBytes),
    function: (declaration) => library.func(declaration),
    whenReadable: (fd, ready) => {
      const handle = koffi.node.poll(fd, { readable: true }, () => {
        handle.close();
        ready();
      });
      return handle;
    },
  };
}

async function importKoffi() {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw inputError(
      'native-impossible',
      { problem: `the npm package koffi cannot be loaded (${problem})` },
      { hint: 'install it beside heapboard: npm install koffi' },
    );
  }
}
