import { majorOf, minorOf, S_IFDIR, S_IFMT } from '../../emulator/linux/uapi/stat.ts';
import type { Libc } from './libc.ts';

const heapFolder = '/dev/dma_heap';
const classFolder = '/sys/class/dma_heap';
const regionFolder = '/sys/firmware/devicetree/base/reserved-memory';

/** The nodes of the heaps with their modes and numbers, as the probe lists them. */
function heapNodes(libc: Libc): string | undefined {
  const names = libc.list(heapFolder);
  if (names === undefined) return undefined;
  const line = (name: string, path: string) => {
    const status = libc.process.stat(path);
    const owner = `mode=${status.mode.toString(8)} uid=${status.uid} gid=${status.gid}`;
    const number = `${majorOf(status.specialDevice)}:${minorOf(status.specialDevice)}`;
    return name === '.' ? `. ${owner}\n` : `${name} ${owner} rdev=${number}\n`;
  };
  return [line('.', heapFolder), ...names.map((name) => line(name, `${heapFolder}/${name}`))].join('');
}

/** The class's links, as the probe lists them. */
function classLinks(libc: Libc): string | undefined {
  const names = libc.list(classFolder);
  return names?.map((name) => `${name} -> ${libc.readlink(`${classFolder}/${name}`).link}\n`).join('');
}

/** A folder of the devicetree with all its properties as bytes, as the probe lists it. */
function deviceTreeFolder(libc: Libc, folder: string, depth: number): string | undefined {
  const indent = '  '.repeat(depth);
  return libc
    .list(folder)
    ?.map((name) => {
      const path = `${folder}/${name}`;
      if ((libc.process.stat(path).mode & S_IFMT) === S_IFDIR) {
        return `${indent}${name}/\n${deviceTreeFolder(libc, path, depth + 1) ?? ''}`;
      }
      return `${indent}${name} =${propertyBytes(libc.slurp(path) ?? '')}\n`;
    })
    .join('');
}

/** A property's bytes, followed by their text where they are one. */
function propertyBytes(value: string): string {
  const bytes = Array.from(value, (character) => ` ${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const text = /^([\x20-\x7e]+)\0$/.exec(value)?.[1];
  return bytes.join('') + (text === undefined ? '' : `  "${text}"`);
}

/**
 * A file or listing by the name that records give it: `file:PATH`, `ls:FOLDER`, `dt:reserved-memory`.
 * Undefined where there is none; a listing of the devicetree is then empty.
 */
export function dump(libc: Libc, name: string): string | undefined {
  if (name.startsWith('file:')) return libc.slurp(name.slice('file:'.length));
  if (name === `ls:${heapFolder}`) return heapNodes(libc);
  if (name === `ls:${classFolder}`) return classLinks(libc);
  if (name === 'dt:reserved-memory') return deviceTreeFolder(libc, regionFolder, 0) ?? '';
  return undefined;
}
