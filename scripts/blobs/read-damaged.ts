import fc from 'fast-check';
import { InputError } from '../../emulator/base/input-error.ts';
import { readFdt, writeFdt } from '../../emulator/devicetree/fdt.ts';
import { type Damage, damage, damaged } from './damage.ts';

/** What became of many damaged blobs. */
export interface DamageTally {
  accepted: number;
  refused: number;
  /** The longest that one blob took, by the clock that was handed in. */
  slowestMs: number;
}

const clear = /^damaged\.dtb: broken devicetree blob at offset 0x[0-9a-f]+: .+$/;

/**
 * Reads damaged blobs: each ends in a tree, which can be written and reads the same again, or in one clear InputError.
 * Anything else is thrown, with the smallest damage that does it and the seed.
 */
export function readDamaged(
  blobs: readonly Uint8Array[],
  settings: { readonly runs: number; readonly seed: number; readonly clockMs?: () => number },
): DamageTally {
  const { runs, seed, clockMs = () => 0 } = settings;
  const tally: DamageTally = { accepted: 0, refused: 0, slowestMs: 0 };
  const cases = fc.tuple(fc.nat(blobs.length - 1), fc.array(damage, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(cases, ([which, damages]) => {
      const started = clockMs();
      const result = readOne(blobs[which] ?? new Uint8Array(), damages, tally.accepted % 16 === 0);
      tally[result] += 1;
      tally.slowestMs = Math.max(tally.slowestMs, clockMs() - started);
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

/** `again` tells to read what was written, too: dear, and so not done for each. */
function readOne(blob: Uint8Array, damages: readonly Damage[], again: boolean): 'accepted' | 'refused' {
  const bytes = damaged(blob, damages);
  try {
    const written = writeFdt(readFdt(bytes, 'damaged.dtb'));
    if (again && Buffer.compare(writeFdt(readFdt(written, 'again.dtb')), written) !== 0) {
      throw new Error('what was accepted and written reads as something else');
    }
    return 'accepted';
  } catch (error) {
    if (error instanceof InputError && clear.test(error.message)) return 'refused';
    throw error;
  }
}
