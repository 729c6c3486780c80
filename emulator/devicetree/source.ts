import { DtcError } from 'dtc-parser';
import { type InputError, inputError } from '../base/input-error.ts';
import type { SourcePosition } from '../base/position.ts';
import { type FileAccess, readIfPresent } from './files.ts';
import type { SourceCompiler } from './source-compiler.ts';
import { SourceMap } from './source-map.ts';

export interface SourceInput {
  /** The name that messages carry; what the source includes is relative to its folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly files: FileAccess;
  readonly includePaths: readonly string[];
  /** Keep labels, so that overlays can be applied. */
  readonly symbols: boolean;
}

/** A blob, and where the text of what is in it stands. */
export interface CompiledSource {
  readonly dtb: Uint8Array;
  readonly positions: SourceMap;
}

/** Compiles source to a blob. Throws `source-broken` with the position and the compiler's words. */
export async function compileSource(compiler: SourceCompiler, input: SourceInput): Promise<CompiledSource> {
  const { file, files, symbols } = input;
  const read = (path: string) => readIfPresent(files, path);
  const { source, includePaths } = await preprocessed(input);
  try {
    const { dtb, annotate } = await compiler.compile(source, { file, files: read, includePaths, symbols });
    const readText = (path: string) => textOf(path === file ? input.bytes : read(path));
    return { dtb, positions: new SourceMap({ file, text: source, annotate, readText }) };
  } catch (error) {
    if (error instanceof DtcError) throw sourceBroken(error, input);
    throw error;
  }
}

/** Lines that only the C preprocessor understands; a property such as #address-cells is none of them. */
const directive = /^[ \t]*#[ \t]*(?:include|define|undef|if|ifdef|ifndef|elif|else|endif|error)\b(?!-)/m;

/** The source as dtc takes it, and the folders that it includes from: those given, then the kernel tree around it. */
async function preprocessed(
  input: SourceInput,
): Promise<{ readonly source: string; readonly includePaths: readonly string[] }> {
  const text = textOf(input.bytes);
  if (!directive.test(text)) return { source: text, includePaths: input.includePaths };
  const [{ preprocess }, { HeaderCache }, { kernelIncludePaths }] = await Promise.all([
    import('./preprocess/preprocess.ts'),
    import('./preprocess/include-search.ts'),
    import('./kernel-tree.ts'),
  ]);
  const includePaths = [...input.includePaths, ...kernelIncludePaths(input.file, input.files)];
  const cache = new HeaderCache((path) => textOf(readIfPresent(input.files, path)));
  return { source: preprocess({ file: input.file, text, includePaths, cache }), includePaths };
}

function textOf(bytes: Uint8Array): string;
function textOf(bytes: Uint8Array | undefined): string | undefined;
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function sourceBroken(error: DtcError, input: SourceInput): InputError {
  const text = textOf(input.bytes);
  const missing = /^Couldn't open "(.*)": /.exec(error.message)?.[1];
  if (missing !== undefined) {
    const problem = `${missing}: no such file, though it is included here`;
    return inputError('source-broken', { problem }, { position: mentionOf(missing, input.file, text) });
  }
  const problem =
    error.message === 'memory exhausted' ? 'nodes or expressions nest too deeply' : error.message;
  return inputError('source-broken', { problem }, { position: positionOf(error, input.file) });
}

function positionOf(error: DtcError, file: string): SourcePosition {
  return {
    file: error.file ?? file,
    line: Math.max(1, error.line ?? 1),
    ...(error.column === undefined ? {} : { column: Math.max(1, error.column) }),
    ...(error.endColumn === undefined || error.endLine !== undefined ? {} : { endColumn: error.endColumn }),
  };
}

/** dtc tells no position for a file that it cannot find: this is where the text names it. */
function mentionOf(name: string, file: string, text: string): SourcePosition {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.includes(`"${name}"`));
  const column = (lines[index]?.indexOf(`"${name}"`) ?? 0) + 1;
  return index < 0 ? { file, line: 1 } : { file, line: index + 1, column };
}
