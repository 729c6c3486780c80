import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { GuestFile } from '../userland/elf/execute.ts';

/** Host files that are copied into the board's file system: `HOST:GUEST` binds and a sysroot. */
export function guestFiles(binds: readonly string[], sysroot: string | undefined): GuestFile[] {
  const files = binds.flatMap((bind) => {
    const at = bind.lastIndexOf(':');
    const guest = bind.slice(at + 1);
    if (at < 1 || !guest.startsWith('/')) {
      const expected = 'HOST:GUEST with an absolute GUEST';
      throw inputError('bad-option', { option: 'bind', value: bind, expected });
    }
    return filesBelow(bind.slice(0, at), guest);
  });
  return sysroot === undefined ? files : [...filesBelow(sysroot, '/'), ...files];
}

/** A file, or all files of a folder; symbolic links are followed. */
function filesBelow(host: string, guest: string): GuestFile[] {
  const status = statusOf(host);
  if (status.isFile()) return [{ path: guest, mode: status.mode & 0o777, bytes: readFileSync(host) }];
  if (!status.isDirectory()) return [];
  return readdirSync(host)
    .toSorted()
    .flatMap((name) => filesBelow(join(host, name), posix.join(guest, name)));
}

function statusOf(host: string) {
  try {
    return statSync(host);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError('file-unreadable', { file: host, reason });
  }
}
