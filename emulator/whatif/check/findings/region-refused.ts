import { explainedRemedy } from '../explained-remedy.ts';
import { lostRegions } from '../lost-regions.ts';
import type { BootRule } from '../rule.ts';

/** A no-map region over something that is reserved already, other than the kernel. */
export const regionRefused: BootRule = {
  id: 'region-refused',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'The kernel refuses a no-map region that lies over something reserved before it. The memory stays mapped, and the kernel may touch what the firmware protects.',
  find: (context) =>
    lostRegions(context.system)
      .filter(({ cause, region }) => cause === 'refused' && !isOverKernel(context, region.nodePath))
      .map(({ region: { node, nodePath }, reason }) => {
        const obstacle = context.system.environment.decisions
          .about(nodePath)
          .flatMap((decision) => decision.obstacle ?? [])[0];
        return {
          subject: nodePath,
          message: `${nodePath} is not reserved: ${reason}${obstacle === undefined ? '' : `; ${obstacle.what}`}`,
          position: context.tree.positionOf(node, 'reg'),
          remedy: () => explainedRemedy(context, nodePath),
        };
      }),
};

/** Whether the kernel image is in the way of a region. */
export function isOverKernel({ system }: Parameters<BootRule['find']>[0], nodePath: string): boolean {
  const decisions = system.environment.decisions.about(nodePath);
  return decisions.some(({ obstacle }) => obstacle?.owner === 'kernel image');
}
