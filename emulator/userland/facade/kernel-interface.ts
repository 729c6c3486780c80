import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';

/**
 * A process as the object that `@k13engineering/linux-dmabuf-allocator` takes for a kernel: functions of one object
 * that answer with a positive errno or a result, and never throw, but for `dup` and `close`.
 */
export interface KernelInterface {
  readonly endianness: 'LE' | 'BE';
  determinePageSize(): number;
  open(request: { readonly path: string; readonly flags: number }): Answer<{ readonly fd: number }>;
  readdir(request: { readonly path: string }): Answer<{ readonly entries: string[] }>;
  /** `arg` is changed as the kernel changes it. */
  ioctl(request: {
    readonly fd: number;
    readonly request: bigint;
    readonly arg: Uint8Array;
  }): Answer<{ readonly ret: bigint }>;
  dup(request: { readonly fd: number }): number;
  close(request: { readonly fd: number }): void;
  fcntl(request: { readonly fd: number; readonly cmd: number; readonly arg: number }): Answer<object>;
  memfd_create(request: {
    readonly name: string;
    readonly flags: number;
  }): Answer<{ readonly memfd: number }>;
  ftruncate(request: { readonly fd: number; readonly length: number }): { readonly error: Error | undefined };
}

/** A result, or the errno of a failure with nothing beside it. */
export type Answer<Result> =
  | ({ readonly errno: undefined } & Result)
  | ({ readonly errno: number } & { readonly [Name in keyof Result]: undefined });

/** A failure as an answer: its errno, positive. Anything else that is thrown goes on. */
function errnoOf(error: unknown): number {
  if (error instanceof SyscallError) return -error.errno;
  throw error;
}

/** The kernel interface of a process. */
export function kernelInterface(process: Process): KernelInterface {
  return {
    endianness: 'LE',
    determinePageSize: () => process.pageSizeBytes,
    open: ({ path, flags }) => {
      try {
        return { errno: undefined, fd: process.open(path, flags) };
      } catch (error) {
        return { errno: errnoOf(error), fd: undefined };
      }
    },
    readdir: ({ path }) => {
      try {
        return { errno: undefined, entries: [...process.readdir(path)] };
      } catch (error) {
        return { errno: errnoOf(error), entries: undefined };
      }
    },
    ioctl: ({ fd, request, arg }) => {
      try {
        return { errno: undefined, ret: BigInt(process.ioctl(fd, Number(request), arg)) };
      } catch (error) {
        return { errno: errnoOf(error), ret: undefined };
      }
    },
    dup: ({ fd }) => process.dup(fd),
    close: ({ fd }) => process.close(fd),
    fcntl: ({ fd, cmd, arg }) => {
      try {
        process.fcntl(fd, cmd, arg);
        return { errno: undefined };
      } catch (error) {
        return { errno: errnoOf(error) };
      }
    },
    memfd_create: ({ name, flags }) => {
      try {
        return { errno: undefined, memfd: process.memfdCreate(name, flags) };
      } catch (error) {
        return { errno: errnoOf(error), memfd: undefined };
      }
    },
    ftruncate: ({ fd, length }) => {
      try {
        process.ftruncate(fd, length);
        return { error: undefined };
      } catch (error) {
        if (error instanceof SyscallError) return { error };
        throw error;
      }
    },
  };
}
