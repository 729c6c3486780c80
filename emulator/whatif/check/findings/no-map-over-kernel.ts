import { formatRange } from '../../../base/range.ts';
import { explainedRemedy } from '../explained-remedy.ts';
import { lostRegions } from '../lost-regions.ts';
import type { BootRule } from '../rule.ts';
import { isOverKernel } from './region-refused.ts';

/** A region that must not be mapped, where the kernel itself lies. */
export const noMapOverKernel: BootRule = {
  id: 'no-map-over-kernel',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'A no-map region lies where the boot loader put the kernel image. The kernel refuses it and goes on, with code or data in memory that somebody else believes to own.',
  find: (context) =>
    lostRegions(context.system)
      .filter(({ cause, region }) => cause === 'refused' && isOverKernel(context, region.nodePath))
      .map(({ region: { node, nodePath } }) => ({
        subject: nodePath,
        message: `${nodePath} lies over the kernel image at ${formatRange(context.system.environment.handoff.kernelImage)}, and is refused`,
        position: context.tree.positionOf(node, 'reg'),
        remedy: () => explainedRemedy(context, nodePath),
      })),
};
