import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, posix } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { GuestEntry } from '../userland/elf/guest-entries.ts';

/** What is copied from this machine into the board's file system: `HOST:GUEST` binds and a sysroot. */
export function guestFiles(binds: readonly string[], sysroot: string | undefined): GuestEntry[] {
  const bound = binds.flatMap((bind) => {
    const at = bind.lastIndexOf(':');
    const guest = bind.slice(at + 1);
    if (at < 1 || !guest.startsWith('/')) {
      const expected = 'HOST:GUEST with an absolute GUEST';
      throw inputError('bad-option', { option: 'bind', value: bind, expected });
    }
    return entriesAt(bind.slice(0, at), posix.normalize(guest));
  });
  return sysroot === undefined ? bound : [...entriesAt(sysroot, '/'), ...bound];
}

/** A file of this machine, of which nothing is read before the program does. */
class HostFile {
  readonly path: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly #host: string;
  #bytes: Uint8Array | undefined;

  constructor(host: string, path: string, status: Stats) {
    read(host, () => accessSync(host, constants.R_OK));
    this.#host = host;
    this.path = path;
    this.mode = status.mode & 0o777;
    this.sizeBytes = status.size;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= read(this.#host, () => readFileSync(this.#host));
    return this.#bytes;
  }
}

/** A file, or a folder and all that is in it. What the option itself names may be a link; links below stay links. */
function entriesAt(host: string, guest: string): GuestEntry[] {
  const status = read(host, () => statSync(host));
  if (status.isFile()) return [new HostFile(host, guest, status)];
  if (!status.isDirectory()) return [];
  return entriesBelow(host, guest);
}

/** Links first: what else is below may be reached through them. Sockets, pipes and devices are left out. */
function entriesBelow(host: string, guest: string): GuestEntry[] {
  const links: GuestEntry[] = [];
  const others: GuestEntry[] = [];
  for (const name of read(host, () => readdirSync(host)).toSorted()) {
    const from = join(host, name);
    const path = posix.join(guest, name);
    const status = read(from, () => lstatSync(from));
    const mode = status.mode & 0o777;
    if (status.isSymbolicLink()) {
      links.push({ kind: 'link', path, target: read(from, () => readlinkSync(from)) });
    } else if (status.isDirectory()) {
      others.push({ kind: 'folder', path, mode }, ...entriesBelow(from, path));
    } else if (status.isFile()) {
      others.push(new HostFile(from, path, status));
    }
  }
  return [...links, ...others];
}

function read<Result>(host: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError('file-unreadable', { file: host, reason });
  }
}
