import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { DevicetreeCompiler, type ProgramName } from './index.ts';

// Beside this file in the workspace; in the published package beside the bundle, wherever in it this code ends up.
const folders = ['./build/', './dtc-parser/', '../dtc-parser/', '../../dtc-parser/'];

function find(name: ProgramName): URL | undefined {
  return folders
    .map((folder) => new URL(`${folder}${name}.wasm`, import.meta.url))
    .find((url) => existsSync(url));
}

/** The compiler, or undefined where it has not been built. */
export function findCompiler(): DevicetreeCompiler | undefined {
  if (find('dtc') === undefined) return undefined;
  const locate = (name: ProgramName): URL => {
    const url = find(name);
    if (url === undefined) throw new Error(`${name}.wasm is missing beside dtc.wasm`);
    return url;
  };
  return new DevicetreeCompiler(
    async (name) => readFile(locate(name)),
    (name) => readFileSync(locate(name)),
  );
}
