import type { BootContext } from './context.ts';
import type { Sighting } from './rule.ts';

/** Where a finding about an area is shown: at the node that made it, or by its name where none did. */
export function areaPlace(
  { system, tree }: BootContext,
  area: string,
): Pick<Sighting, 'subject' | 'position'> {
  const path = system.kernel?.cma.all.find(({ name }) => name === area)?.nodePath;
  const node = path === undefined ? undefined : tree.node(path);
  return { subject: path ?? area, position: node === undefined ? undefined : tree.positionOf(node) };
}
