import { createRequire } from 'node:module';
import { inputError } from '../base/input-error.ts';
import type { FileAccess } from '../devicetree/files.ts';

const require = createRequire(import.meta.url);

/** The text of a kernel configuration: a .config, or what /proc/config.gz holds. */
export function readConfigText(files: Pick<FileAccess, 'read'>, file: string): string {
  const bytes = files.read(file);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new TextDecoder().decode(isPacked ? unpack(bytes, file) : bytes);
}

function unpack(bytes: Uint8Array, file: string): Uint8Array {
  // Few boots have one, and loading zlib takes a noticeable part of a start.
  const { gunzipSync }: typeof import('node:zlib') = require('node:zlib');
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 ** 26 });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw inputError('kconfig-broken', { problem: `${file} is damaged: ${error.message}` });
  }
}
