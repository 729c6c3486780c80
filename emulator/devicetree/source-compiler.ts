import type { CompileOptions, CompileResult } from 'dtc-parser';

/** What turns source into blobs: dtc-parser, or the dtc of this machine. Both throw a DtcError. */
export interface SourceCompiler {
  compile(
    source: string | Uint8Array,
    options: CompileOptions,
  ): Promise<Pick<CompileResult, 'dtb' | 'annotate'>>;
  applyOverlays(base: Uint8Array, overlays: readonly Uint8Array[]): Promise<Uint8Array>;
}

/** Finds a compiler; undefined where there is none. Called only when source or an overlay has to be handled. */
export type FindCompiler = () => Promise<SourceCompiler | undefined>;
