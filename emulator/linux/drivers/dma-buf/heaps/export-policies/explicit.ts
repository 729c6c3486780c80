import type { EarlyKernel } from '../../../../init/kernel.ts';
import { driverExports } from '../export-sources/by-driver.ts';
import { flagExports } from '../export-sources/by-flag.ts';
import { nodeExports } from '../export-sources/by-node.ts';
import type { AreaExport, ExportPolicy, RefusedExport } from './policy.ts';

/** What somebody exports on purpose, in the order in which the boot comes by. */
function explicitExports(early: EarlyKernel): readonly (AreaExport | RefusedExport)[] {
  return [...flagExports(early), ...nodeExports(early), ...driverExports(early)];
}

/** The default area, and what somebody exports on purpose. A region that belongs to a device stays that device's. */
export const explicitPolicy: ExportPolicy = {
  name: 'explicit',
  summary: 'the default area, and regions that are exported on purpose',
  select: (early) => {
    const { defaultArea: area } = early.contiguous;
    const reason = 'The default area becomes a heap';
    const own: readonly AreaExport[] = area === undefined ? [] : [{ area, exportedBy: 'release', reason }];
    const asked = explicitExports(early);
    return {
      areas: [...own, ...asked.filter((one) => 'area' in one)],
      refused: asked.filter((one) => 'why' in one),
    };
  },
};
