import { InputError } from '../../base/input-error.ts';
import { emptySetup, type Setup } from '../scenario/settings.ts';
import { PointLoader } from './point-loader.ts';
import { pointAt, type SweepSpec } from './spec.ts';

/**
 * Refuses a sweep whose common settings no point can be booted with, such as a board that nobody knows: with each point
 * refused for the same reason there is nothing to compare. What an axis brings in is a point's own matter.
 */
export async function refuseBrokenBase(spec: SweepSpec): Promise<void> {
  const loader = new PointLoader();
  const first = await refusalOf(loader, pointAt(spec, 0).setup);
  if (first === undefined) return;
  const common = await refusalOf(loader, spec.base(emptySetup));
  if (common?.message === first.message) throw common;
}

async function refusalOf(loader: PointLoader, setup: Setup): Promise<InputError | undefined> {
  try {
    await loader.load(setup);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
