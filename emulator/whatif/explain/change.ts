import type { PhysicalRange } from '../../base/range.ts';
import { formatRange } from '../../base/range.ts';
import { applyEdits, type TreeEdit } from '../../devicetree/edits/edits.ts';
import { parseAssignment, withSymbols } from '../../linux/kconfig.ts';
import { releaseNamed } from '../../linux/releases.ts';
import type { BootRequest } from '../boot-tree.ts';

/** A change of one value of all that a boot depends on. */
export type Change =
  | { readonly kind: 'edit'; readonly edit: TreeEdit }
  | { readonly kind: 'bootargs'; readonly bootargs: string }
  | { readonly kind: 'placement'; readonly object: PlacedName; readonly range: PhysicalRange }
  | { readonly kind: 'kconfig'; readonly symbol: string; readonly value: string }
  | { readonly kind: 'release'; readonly release: string };

/** What the boot loader places. */
export type PlacedName = 'kernelImage' | 'dtb' | 'initrd';

const placementOptions: Readonly<Record<PlacedName, string>> = {
  kernelImage: '--kernel-image',
  dtb: '--dtb-at',
  initrd: '--initrd',
};

/** The change as an option of the command line, its value not quoted for a shell. */
export function optionOf(change: Change): readonly [option: string, value: string] {
  switch (change.kind) {
    case 'edit':
      return [`--${change.edit.kind}`, change.edit.text];
    case 'bootargs':
      return ['--bootargs', change.bootargs];
    case 'placement':
      return [placementOptions[change.object], formatRange(change.range)];
    case 'kconfig':
      return ['--kconfig', `${change.symbol}=${change.value}`];
    case 'release':
      return ['--release', change.release];
  }
}

/** A boot's request with a change; one that cannot be made is an InputError. */
export function withChange(request: BootRequest, change: Change): BootRequest {
  switch (change.kind) {
    case 'edit':
      return { ...request, tree: applyEdits(request.tree, [change.edit]) };
    case 'bootargs':
      return { ...request, bootargs: change.bootargs, appendBootargs: undefined };
    case 'placement':
      return { ...request, [change.object]: change.range };
    case 'kconfig': {
      const assignment = parseAssignment(`${change.symbol}=${change.value}`);
      return { ...request, config: withSymbols(request.config, [assignment]) };
    }
    case 'release':
      return { ...request, release: releaseNamed(change.release) };
  }
}

/** `--set NODE:PROP=VALUE` as a change. */
export function setProperty(node: string, property: string, value: string): Change {
  return { kind: 'edit', edit: { kind: 'set', text: `${node}:${property}=${value}` } };
}

/** `--delete NODE:PROP` as a change. */
export function deleteProperty(node: string, property: string): Change {
  return { kind: 'edit', edit: { kind: 'delete', text: `${node}:${property}` } };
}
