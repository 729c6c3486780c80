import { Fd, File, OpenFile, WASI, wasi } from '@bjorn3/browser_wasi_shim';

/** Gives the bytes of a file, or undefined where there is none. Paths are as written: relative ones stay so. */
export type ReadFile = (path: string) => Uint8Array | undefined;

/** What one run of a program left behind. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

// The C library sees no difference between `a` and `/a`; relative paths travel below this folder instead.
const relativeFolder = '/.relative/';

/** The name by which a program inside the sandbox knows a path. */
export function insidePath(path: string): string {
  return path.startsWith('/') ? path : relativeFolder + path;
}

/** A text of a program, with paths as they are outside. */
function outsideText(text: string): string {
  return text.replaceAll(relativeFolder, '');
}

/** An output stream. It calls itself a regular file, so that the C library writes it in large pieces. */
class OutputStream extends Fd {
  readonly #pieces: Uint8Array[] = [];

  override fd_fdstat_get() {
    return { ret: wasi.ERRNO_SUCCESS, fdstat: new wasi.Fdstat(wasi.FILETYPE_REGULAR_FILE, 0) };
  }

  override fd_write(data: Uint8Array) {
    this.#pieces.push(data);
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#pieces.reduce((total, piece) => total + piece.length, 0));
    let offset = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }
}

/** The only folder a program sees: files exist where `read` knows them, and can only be read. */
class SourceFolder extends Fd {
  readonly #read: ReadFile;

  constructor(read: ReadFile) {
    super();
    this.#read = read;
  }

  override fd_fdstat_get() {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_DIRECTORY, 0);
    fdstat.fs_rights_base = BigInt(wasi.RIGHTS_PATH_OPEN | wasi.RIGHTS_FD_READ | wasi.RIGHTS_FD_SEEK);
    fdstat.fs_rights_inherited = fdstat.fs_rights_base;
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }

  override fd_prestat_get() {
    return { ret: wasi.ERRNO_SUCCESS, prestat: wasi.Prestat.dir('/') };
  }

  override path_open(_dirflags: number, path: string) {
    const absolute = `/${path}`;
    const relative = absolute.startsWith(relativeFolder);
    const bytes = this.#read(relative ? absolute.slice(relativeFolder.length) : absolute);
    if (bytes === undefined) return { ret: wasi.ERRNO_NOENT, fd_obj: null };
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new OpenFile(new File(bytes, { readonly: true })) };
  }
}

/** A program of WebAssembly, compiled once; each run is a fresh instance that sees nothing but its arguments and files. */
export class Program {
  readonly #name: string;
  readonly #module: WebAssembly.Module;

  constructor(name: string, module: WebAssembly.Module) {
    this.#name = name;
    this.#module = module;
  }

  /** Runs to the end. A trap inside (stack overflow, failed assertion) ends it with exit code 134 and says so. */
  run(args: readonly string[], read: ReadFile): ProgramRun {
    const stdout = new OutputStream();
    const stderr = new OutputStream();
    const shim = new WASI(
      [this.#name, ...args],
      [],
      [new OpenFile(new File([])), stdout, stderr, new SourceFolder(read)],
      { debug: false },
    );
    const instance = new WebAssembly.Instance(this.#module, {
      wasi_snapshot_preview1: { ...shim.wasiImport, args_sizes_get: argumentSizes(shim) },
    });
    let exitCode: number;
    let crash = '';
    try {
      exitCode = shim.start(instance as Parameters<WASI['start']>[0]);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      exitCode = 134;
      crash = `FATAL ERROR: ${this.#name} gave up: ${error.message}\n`;
    }
    const errors = new TextDecoder().decode(stderr.bytes) + crash;
    return { exitCode, stdout: stdout.bytes, stderr: outsideText(errors) };
  }
}

/** The shim counts an argument's characters where bytes are meant; this counts bytes. */
function argumentSizes(shim: WASI): (count: number, size: number) => number {
  return (countAt, sizeAt) => {
    const memory = new DataView(shim.inst.exports.memory.buffer);
    const encoder = new TextEncoder();
    memory.setUint32(countAt, shim.args.length, true);
    memory.setUint32(
      sizeAt,
      shim.args.reduce((total, arg) => total + encoder.encode(arg).length + 1, 0),
      true,
    );
    return wasi.ERRNO_SUCCESS;
  };
}

/** The text that a program wrote to its standard output, with paths as they are outside. */
export function outputText(run: ProgramRun): string {
  return outsideText(new TextDecoder().decode(run.stdout));
}
