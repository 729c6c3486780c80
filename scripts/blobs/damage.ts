import fc from 'fast-check';

/** A place in a blob, as a share of its length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Words that tokens and headers have, and those at the ends of their range. */
const words = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
  fc.nat(0xffff),
);

/** One harm to a blob. */
export type Damage =
  | { readonly kind: 'byte'; readonly place: number; readonly value: number }
  | { readonly kind: 'word'; readonly place: number; readonly value: number }
  | { readonly kind: 'header'; readonly field: number; readonly value: number }
  | { readonly kind: 'cut'; readonly place: number }
  | { readonly kind: 'copy'; readonly place: number; readonly to: number; readonly length: number };

/** A byte, a word of the kind that headers and tokens have, a header field, a cut, or a piece copied elsewhere. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('word' as const), place, value: words }),
  fc.record({ kind: fc.constant('header' as const), field: fc.nat(9), value: words }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constant('copy' as const), place, to: place, length: fc.nat(64) }),
);

/** A copy of a blob with all of these damages, one after the other. */
export function damaged(blob: Uint8Array, damages: readonly Damage[]): Uint8Array {
  let bytes = new Uint8Array(blob);
  for (const one of damages) bytes = applied(bytes, one);
  return bytes;
}

function applied(bytes: Uint8Array<ArrayBuffer>, one: Damage): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  const at = (share: number) => Math.floor(share * bytes.length);
  switch (one.kind) {
    case 'byte':
      if (bytes.length > 0) bytes[at(one.place)] = one.value;
      return bytes;
    case 'word':
      if (bytes.length >= 4) view.setUint32(Math.min(at(one.place), bytes.length - 4) & ~3, one.value);
      return bytes;
    case 'header':
      if (bytes.length >= 40) view.setUint32(one.field * 4, one.value);
      return bytes;
    case 'cut':
      return bytes.slice(0, at(one.place));
    case 'copy':
      return bytes.copyWithin(at(one.to), at(one.place), at(one.place) + one.length);
  }
}
