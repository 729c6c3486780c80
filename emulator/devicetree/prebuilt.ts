import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompileOptions, DevicetreeCompiler } from 'dtc-parser';
import type { SourceCompiler } from './source-compiler.ts';

// Beside the bundle, wherever in it this code ends up. The sources have none, and compile everything.
const folders = ['./prebuilt/', '../prebuilt/', '../../prebuilt/'];

/** Where the package keeps what the build has compiled already; undefined where nothing was built. */
export function findPrebuilt(): string | undefined {
  return folders
    .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
    .find((folder) => existsSync(folder));
}

/**
 * A compiler that knows some sources already: for `NAME.dts` of the folder, text for text, it gives `NAME.dtb` beside it.
 * The trees of the boards that travel with the package boot so without the compiler being started, which takes more time
 * and memory than the rest of a boot. Positions still come from the compiler, once somebody asks for one.
 */
export class PrebuiltSources implements SourceCompiler {
  readonly #compiler: DevicetreeCompiler;
  readonly #folder: string;

  constructor(compiler: DevicetreeCompiler, folder: string) {
    this.#compiler = compiler;
    this.#folder = folder;
  }

  async compile(source: string | Uint8Array, options: CompileOptions) {
    const compiler = this.#compiler;
    const dtb = options.symbols === true ? undefined : this.#known(options.file, source);
    if (dtb === undefined) return compiler.compile(source, options);
    return { dtb, annotate: () => compiler.compileNow(source, options).annotate() };
  }

  applyOverlays(base: Uint8Array, overlays: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#compiler.applyOverlays(base, overlays);
  }

  #known(file: string, source: string | Uint8Array): Uint8Array | undefined {
    const path = join(this.#folder, basename(file));
    if (!path.endsWith('.dts') || !existsSync(path)) return undefined;
    if (!readFileSync(path).equals(Buffer.from(source))) return undefined;
    return readFileSync(path.replace(/\.dts$/, '.dtb'));
  }
}
