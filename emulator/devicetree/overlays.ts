import { DtcError } from 'dtc-parser';
import { inputError } from '../base/input-error.ts';
import { nearNames } from '../base/near-names.ts';
import { writeFdt } from './fdt.ts';
import type { SourceCompiler } from './source-compiler.ts';
import type { DeviceTree, DtNode } from './tree.ts';

/**
 * Applies one overlay to a base and gives the blob. What an overlay needs and the base lacks (labels, targets) is an
 * InputError that names it.
 */
export async function applyOverlay(
  compiler: SourceCompiler,
  base: DeviceTree,
  overlay: DeviceTree,
): Promise<Uint8Array> {
  checkTargets(base, overlay);
  try {
    return await compiler.applyOverlays(writeFdt(base), [writeFdt(overlay)]);
  } catch (error) {
    if (!(error instanceof DtcError)) throw error;
    const problem = error.message.replace(/^Failed to apply '.*': /, '');
    throw inputError('overlay-refused', { overlay: overlay.file, problem });
  }
}

/** The nodes of an overlay that say where to put what: those with an `__overlay__` child. */
function fragmentsOf(overlay: DeviceTree): readonly DtNode[] {
  return overlay.root.children.filter((node) => node.child('__overlay__') !== undefined);
}

function checkTargets(base: DeviceTree, overlay: DeviceTree): void {
  const names = { overlay: overlay.file, base: base.file };
  const fragments = fragmentsOf(overlay);
  if (fragments.length === 0) throw inputError('overlay-without-fragment', { overlay: overlay.file });

  const labels = [...(overlay.node('/__fixups__')?.properties.keys() ?? [])];
  const symbols = base.node('/__symbols__');
  if (labels.length > 0 && symbols === undefined) {
    const hint = 'compile it with dtc -@, or give its source';
    throw inputError('overlay-base-without-symbols', names, { hint });
  }
  const label = labels.find((name) => symbols?.has(name) === false);
  if (label !== undefined) {
    const near = nearNames(label, [...(symbols?.properties.keys() ?? [])]);
    const hint = near.length === 0 ? undefined : `did you mean ${near.join(' or ')}?`;
    throw inputError('overlay-label-missing', { ...names, label }, { hint });
  }
  for (const fragment of fragments) {
    const target = fragment.property('target-path')?.string;
    if (target !== undefined && base.node(target) === undefined) {
      throw inputError('overlay-target-missing', { ...names, target });
    }
  }
}
