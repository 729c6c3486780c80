import { type Diagnostic, readDiagnostics } from './messages.ts';
import { insidePath, outputText, Program, type ProgramRun, type ReadFile } from './sandbox.ts';

export { type Diagnostic, readDiagnostics } from './messages.ts';
export type { ReadFile } from './sandbox.ts';

export type ProgramName = 'dtc' | 'fdtoverlay';

/** Gives the bytes of `dtc.wasm` or `fdtoverlay.wasm`; called once for each program that is used. */
export type LoadProgram = (name: ProgramName) => Promise<BufferSource>;

/** The same for callers who cannot wait. */
export type LoadProgramNow = (name: ProgramName) => BufferSource;

export interface CompileOptions {
  /** The name of the source; messages carry it, and `/include/` and `/incbin/` are relative to its folder. */
  readonly file: string;
  /** Where `/include/` and `/incbin/` find files; without it there are none. */
  readonly files?: ReadFile | undefined;
  /** Folders that `/include/` searches behind the source's own (dtc's `-i`). */
  readonly includePaths?: readonly string[];
  /** Keep labels as `/__symbols__`, so that overlays can be applied (dtc's `-@`). */
  readonly symbols?: boolean;
}

export interface CompileResult {
  readonly dtb: Uint8Array;
  readonly warnings: readonly Diagnostic[];
  /** The tree as source with the position of each node and property (dtc's `-T -T`); a second run, when called. */
  readonly annotate: () => string;
}

/** Something that the compiler refused. `message` is the compiler's own, without the position. */
export class DtcError extends Error {
  override readonly name = 'DtcError';
  /** All that was said; the first error is also this error's own position and message. */
  readonly diagnostics: readonly Diagnostic[];
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly endLine: number | undefined;
  readonly endColumn: number | undefined;

  constructor(diagnostics: readonly Diagnostic[], fallback: string) {
    const first = diagnostics.find(({ severity }) => severity === 'error');
    super(first?.message ?? fallback);
    this.diagnostics = diagnostics;
    this.file = first?.file;
    this.line = first?.line;
    this.column = first?.column;
    this.endLine = first?.endLine;
    this.endColumn = first?.endColumn;
  }
}

/** The devicetree compiler. Programs are loaded and compiled at first use; calls share nothing else. */
export class DevicetreeCompiler {
  readonly #load: LoadProgram;
  readonly #loadNow: LoadProgramNow | undefined;
  readonly #programs = new Map<ProgramName, Promise<Program>>();

  constructor(load: LoadProgram, loadNow?: LoadProgramNow) {
    this.#load = load;
    this.#loadNow = loadNow;
  }

  /** Compiles a source to a blob, with boot CPU 0 as the kernel's build does. Throws a DtcError. */
  async compile(source: string | Uint8Array, options: CompileOptions): Promise<CompileResult> {
    return compileBy(await this.#program('dtc'), source, options);
  }

  /** compile() for callers who cannot wait, where the programs can be had at once. Throws a DtcError. */
  compileNow(source: string | Uint8Array, options: CompileOptions): CompileResult {
    if (this.#loadNow === undefined) throw new Error('the programs of this compiler come with time only');
    const program = new Program('dtc', new WebAssembly.Module(this.#loadNow('dtc')));
    return compileBy(program, source, options);
  }

  /** Turns a blob into source. Throws a DtcError. */
  async decompile(dtb: Uint8Array): Promise<string> {
    return outputText(await this.#readBlob(dtb, 'dts'));
  }

  /** Reads a blob and writes it again, in dtc's own form. Throws a DtcError. */
  async rewrite(dtb: Uint8Array): Promise<Uint8Array> {
    return (await this.#readBlob(dtb, 'dtb')).stdout;
  }

  /** Applies overlay blobs in their order. The base needs `/__symbols__`. Throws a DtcError. */
  async applyOverlays(base: Uint8Array, overlays: readonly Uint8Array[]): Promise<Uint8Array> {
    if (overlays.length === 0) return base;
    const program = await this.#program('fdtoverlay');
    const files = new Map([base, ...overlays].map((bytes, index) => [`/${index}.dtb`, bytes]));
    const [input, ...names] = files.keys();
    const args = ['-i', input ?? '', '-o', '-', ...names];
    return succeed(
      'fdtoverlay',
      program.run(args, (path) => files.get(path)),
    ).stdout;
  }

  async #readBlob(dtb: Uint8Array, form: 'dts' | 'dtb'): Promise<ProgramRun> {
    const program = await this.#program('dtc');
    const args = ['-I', 'dtb', '-q', '-O', form, '/input.dtb'];
    return succeed(
      'dtc',
      program.run(args, (path) => (path === '/input.dtb' ? dtb : undefined)),
    );
  }

  #program(name: ProgramName): Promise<Program> {
    const known = this.#programs.get(name);
    if (known !== undefined) return known;
    const program = this.#load(name)
      .then((bytes) => WebAssembly.compile(bytes))
      .then((module) => new Program(name, module));
    this.#programs.set(name, program);
    return program;
  }
}

function succeed(name: ProgramName, run: ProgramRun): ProgramRun {
  if (run.exitCode === 0) return run;
  throw new DtcError(readDiagnostics(run.stderr), `${name} failed with exit code ${run.exitCode}`);
}

function compileBy(program: Program, source: string | Uint8Array, options: CompileOptions): CompileResult {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const read: ReadFile = (path) => (path === options.file ? bytes : options.files?.(path));
  const includes = (options.includePaths ?? []).flatMap((folder) => ['-i', insidePath(folder)]);
  const symbols = options.symbols === true ? ['-@'] : [];
  const args = ['-I', 'dts', '-b', '0', ...symbols, ...includes];
  const file = insidePath(options.file);
  const run = succeed('dtc', program.run([...args, '-O', 'dtb', file], read));
  const annotate = () => {
    return outputText(succeed('dtc', program.run([...args, '-q', '-T', '-T', '-O', 'dts', file], read)));
  };
  return { dtb: run.stdout, warnings: readDiagnostics(run.stderr), annotate };
}
