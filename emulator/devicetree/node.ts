import { type DeviceTreeInput, loadDeviceTree } from './load.ts';
import { nodeFiles } from './node-files.ts';
import type { SourceCompiler } from './source-compiler.ts';
import type { DeviceTree } from './tree.ts';

/** The compiler of this package; where it has not been built, the `dtc` on PATH, and a notice that says so. */
export async function findNodeCompiler(notice?: (text: string) => void): Promise<SourceCompiler | undefined> {
  const [{ findCompiler }, { findPrebuilt, PrebuiltSources }] = await Promise.all([
    import('dtc-parser/node'),
    import('./prebuilt.ts'),
  ]);
  const own = findCompiler();
  const prebuilt = findPrebuilt();
  if (own !== undefined) return prebuilt === undefined ? own : new PrebuiltSources(own, prebuilt);
  const { findNativeCompiler } = await import('./native-dtc.ts');
  const native = findNativeCompiler();
  if (native !== undefined) notice?.('dtc-parser has not been built: the dtc on PATH is used');
  return native;
}

/** Loads a devicetree from the files of this machine. */
export function loadDeviceTreeFile(
  file: string,
  options: Partial<Omit<DeviceTreeInput, 'file'>> = {},
): Promise<DeviceTree> {
  const findCompiler = () => findNodeCompiler(options.notice);
  return loadDeviceTree({ files: nodeFiles, findCompiler, ...options, file });
}
