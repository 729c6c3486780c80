import { formatSize } from '../../../base/units.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { DriverPlan } from '../../init/platform.ts';
import { allocCoherent } from '../../kernel/dma/mapping.ts';
import type { Errno } from '../../uapi/errno.ts';

/**
 * The drivers that a board has beside the modelled ones: at their time they probe, allocate and keep what they got.
 * Which they are and what they want is a fact of the board.
 */

/** Sets the drivers' probes for their times. */
export function scheduleBoardDrivers(kernel: Kernel): Errno {
  for (const plan of kernel.platform.drivers) kernel.timers.at(plan.atNs, () => run(kernel, plan));
  return 0;
}

function run(kernel: Kernel, plan: DriverPlan): void {
  const node = kernel.handoff.tree.node(plan.node);
  const say = (outcome: string) =>
    kernel.decisions.note({ subject: plan.node, rule: 'device/driver', outcome, evidence: 'read' });
  if (node === undefined) {
    say('the tree has no such node: the driver has nothing to probe');
    return;
  }
  const device = kernel.devices.probe(kernel, node, {
    driver: plan.name,
    region: plan.region,
    dmaBits: plan.dmaBits,
  });
  if (typeof device === 'number') {
    say(`its driver did not probe (${device}), and allocates nothing`);
    return;
  }
  for (const sizeBytes of plan.allocations) {
    const memory = allocCoherent(kernel, device, { sizeBytes });
    if (memory.source !== undefined) kernel.devices.keep(memory);
    kernel.decisions.note({
      subject: plan.node,
      rule: 'device/alloc',
      tried: memory.tried,
      outcome:
        memory.source === undefined
          ? `its driver asked for ${formatSize(sizeBytes)} and got nothing`
          : `its driver has ${formatSize(sizeBytes)} (${memory.tried.at(-1)?.what})`,
      evidence: 'read',
    });
  }
}
