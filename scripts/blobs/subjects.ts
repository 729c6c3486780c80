import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFdt } from '../../emulator/devicetree/fdt.ts';
import { loadDeviceTreeFile } from '../../emulator/devicetree/node.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = inProject('.cache/blobs');

/** The names of the real blobs that scripts/fetch-blobs brings, sorted; none where it has not run. */
export function realBlobs(): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dtb'))
    .sort();
}

/** The path of a real blob. */
export function realBlobFile(name: string): string {
  return join(folder, name);
}

/** The blobs of the boards in dts/ that have a source of their own. */
async function boardBlobs(): Promise<readonly Uint8Array[]> {
  const sources = readdirSync(inProject('dts'))
    .sort()
    .map((board) => inProject(`dts/${board}/${board}.dts`))
    .filter((source) => existsSync(source));
  const trees = sources.map((source) => loadDeviceTreeFile(source));
  return (await Promise.all(trees)).map((tree) => writeFdt(tree));
}

/** What blobs are damaged for tests: our boards', and the smallest real ones, where most damage hits something. */
export async function subjectsOfDamage(realCount: number): Promise<readonly Uint8Array[]> {
  const real = realBlobs().map((name) => new Uint8Array(readFileSync(realBlobFile(name))));
  const smallest = real.sort((a, b) => a.length - b.length).slice(0, realCount);
  return [...(await boardBlobs()), ...smallest];
}
