import type { Libc } from '../libc.ts';

const noTime = new Uint8Array(16);

/** poll() of one descriptor without waiting. */
export function pollFd(
  libc: Libc,
  fd: number,
  events: number,
): { readonly ret: number; readonly revents: number } {
  const entry = new Uint8Array(8);
  const view = new DataView(entry.buffer);
  view.setInt32(0, fd, true);
  view.setUint16(4, events, true);
  const ret = libc.withBytes(noTime.slice(), (time) =>
    libc.withBytes(entry, (address) => libc.call('ppoll', address, 1, time, 0, 8)),
  );
  return { ret, revents: view.getUint16(6, true) };
}

/** select() of one descriptor for everything, without waiting. */
export function selectFd(
  libc: Libc,
  fd: number,
): { readonly ret: number; readonly ready: { readonly r: number; readonly w: number; readonly e: number } } {
  const setBytes = 128;
  const sets = new Uint8Array(3 * setBytes);
  const [byte, bit] = [fd >> 3, 1 << (fd & 7)];
  for (const set of [0, 1, 2]) sets[set * setBytes + byte] = bit;
  const ret = libc.withBytes(noTime.slice(), (time) =>
    libc.withBytes(sets, (address) =>
      libc.call('pselect6', fd + 1, address, address + setBytes, address + 2 * setBytes, time, 0),
    ),
  );
  const isSet = (set: number) => (((sets[set * setBytes + byte] ?? 0) & bit) === 0 ? 0 : 1);
  return { ret, ready: { r: isSet(0), w: isSet(1), e: isSet(2) } };
}
