import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import type { DeviceTree } from '../../devicetree/tree.ts';
import type { RegionExport } from '../../linux/init/platform.ts';

/** Reads `DEVICE[=REGION]`; undefined where the text is no such thing. */
export function parseRegionExport(text: string): RegionExport | undefined {
  const at = text.lastIndexOf('=');
  const [device, region] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  return device.startsWith('/') && device.length > 1 && region !== '' ? { device, region } : undefined;
}

/** Refuses exports by devices, or of regions, that the tree does not have: an InputError with near names. */
export function refuseMissingNodes(tree: DeviceTree, exports: readonly RegionExport[]): void {
  for (const { device, region } of exports) {
    if (tree.node(device) === undefined) {
      const paths = [...tree.root.walk()].map(({ path }) => path);
      const known = paths.filter((path) => !device.startsWith(path));
      throw inputError('export-node-missing', { node: device, near: nearNames(device, known) });
    }
    if (region === undefined) continue;
    const regions = tree.node('/reserved-memory')?.children ?? [];
    const isThere = region.startsWith('/')
      ? tree.node(region) !== undefined
      : tree.node('/reserved-memory')?.child(region) !== undefined;
    if (isThere) continue;
    const known = regions.flatMap((node) =>
      region.startsWith('/') ? [node.path] : [node.name, node.baseName],
    );
    throw inputError('export-node-missing', { node: region, near: nearNames(region, [...new Set(known)]) });
  }
}
