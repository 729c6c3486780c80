import { inputError } from '../base/input-error.ts';
import { isFdt, readFdt, writeFdt } from './fdt.ts';
import { largestBlobBytes } from './fdt-format.ts';
import type { FileAccess } from './files.ts';
import type { OverlayLayer } from './positions/layers.ts';
import type { FindCompiler, SourceCompiler } from './source-compiler.ts';
import type { DeviceTree, SourcePositions } from './tree.ts';

export interface DeviceTreeInput {
  /** A blob, source, a folder in the form of /proc/device-tree, or `-` for standard input. */
  readonly file: string;
  readonly files: FileAccess;
  readonly findCompiler: FindCompiler;
  /** Overlays to apply, in their order: blobs (.dtbo) or source (.dtso). */
  readonly overlays?: readonly string[];
  /** Folders that `#include` and `/include/` search, before those that are found around the file. */
  readonly includePaths?: readonly string[];
  /** Told what the user should know though nothing is wrong. */
  readonly notice?: (text: string) => void;
}

/**
 * Loads a devicetree, whatever form it has. Every mistake in it is one InputError. The compiler is only looked for,
 * and the code that handles source only loaded, where there is source or an overlay.
 */
export async function loadDeviceTree(input: DeviceTreeInput): Promise<DeviceTree> {
  const overlays = input.overlays ?? [];
  const base = await readPart(input, input.file);
  if (overlays.length > 0) return withOverlays(input, base, overlays);
  if (base.form === 'folder') return base.tree;
  if (base.form === 'blob') return readFdt(base.bytes, base.file);
  const { compileSource } = await import('./source.ts');
  const compiler = await compilerFor(input, base.file);
  const { dtb, positions } = await compileSource(compiler, sourceInput(input, base, false));
  return readFdt(dtb, base.file, positions);
}

type Part =
  | { readonly form: 'blob' | 'source'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly form: 'folder'; readonly file: string; readonly tree: DeviceTree };

async function withOverlays(
  input: DeviceTreeInput,
  base: Part,
  overlays: readonly string[],
): Promise<DeviceTree> {
  const [{ applyOverlay }, { LayeredPositions, overlayLayer }] = await Promise.all([
    import('./overlays.ts'),
    import('./positions/layers.ts'),
  ]);
  const compiler = await compilerFor(input, overlays[0] ?? base.file);
  const written = await blobOf(input, compiler, base, true);
  const layers: OverlayLayer[] = [];
  let tree = readFdt(written.dtb, base.file);
  for (const path of overlays) {
    const part = await readPart(input, path);
    const { dtb, positions } = await blobOf(input, compiler, part, false);
    const overlay = readFdt(dtb, part.file);
    const applied = await applyOverlay(compiler, tree, overlay);
    layers.push(overlayLayer(tree, overlay, positions));
    tree = readFdt(applied, base.file, new LayeredPositions(written.positions, layers));
  }
  return tree;
}

async function blobOf(
  input: DeviceTreeInput,
  compiler: SourceCompiler,
  part: Part,
  symbols: boolean,
): Promise<{ readonly dtb: Uint8Array; readonly positions?: SourcePositions }> {
  if (part.form === 'folder') return { dtb: writeFdt(part.tree) };
  if (part.form === 'blob') return { dtb: part.bytes };
  const { compileSource } = await import('./source.ts');
  return compileSource(compiler, sourceInput(input, part, symbols));
}

function sourceInput(input: DeviceTreeInput, part: { file: string; bytes: Uint8Array }, symbols: boolean) {
  return { ...part, files: input.files, includePaths: input.includePaths ?? [], symbols };
}

async function compilerFor(input: DeviceTreeInput, file: string): Promise<SourceCompiler> {
  const compiler = await input.findCompiler();
  if (compiler === undefined) throw inputError('compiler-missing', { file });
  return compiler;
}

async function readPart(input: DeviceTreeInput, path: string): Promise<Part> {
  const { files } = input;
  if (path === '-') return classify('<stdin>', await files.readStandardInput());
  const { kind, sizeBytes } = files.status(path);
  if (kind === 'missing') throw inputError('file-missing', { file: path });
  if (kind === 'folder') return readFolder(input, path);
  if (sizeBytes > largestBlobBytes) {
    throw inputError('devicetree-too-large', { file: path, sizeBytes, largestBytes: largestBlobBytes });
  }
  return classify(path, files.read(path));
}

async function readFolder(input: DeviceTreeInput, path: string): Promise<Part> {
  const { isProcTree, readProcTree } = await import('./proc-tree.ts');
  const folder = path.replace(/(?<=.)\/+$/, '');
  if (!isProcTree(input.files, folder)) {
    const expected = 'a devicetree (.dtb, .dts, or a folder in the form of /proc/device-tree)';
    throw inputError('file-is-folder', { file: path, expected });
  }
  input.notice?.(
    `${path}: a folder does not keep the order of nodes, nor /memreserve/; /sys/firmware/fdt does`,
  );
  return { form: 'folder', file: path, tree: readProcTree(input.files, folder) };
}

/** Tells blob from source by the content; a name that promises a blob makes it one, so that its fault is named. */
function classify(file: string, bytes: Uint8Array): Part {
  if (bytes.length === 0) throw inputError('file-empty', { file });
  if (isFdt(bytes) || /\.dtbo?$/.test(file)) return { form: 'blob', file, bytes };
  if (bytes.includes(0)) throw inputError('devicetree-unknown-form', { file });
  return { form: 'source', file, bytes };
}
