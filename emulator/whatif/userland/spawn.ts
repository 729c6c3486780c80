import { inputError } from '../../base/input-error.ts';
import { joinCgroup } from '../../userland/container/cgroup.ts';
import { startContainer } from '../../userland/container/runtime.ts';
import { SyscallError } from '../../userland/errors.ts';
import { Process } from '../../userland/process.ts';
import type { Identity } from '../../userland/workload/host.ts';
import type { System } from '../system.ts';

/** Starts a process as it is described: in its container, in its cgroup. What cannot be set up is an InputError. */
export function spawnIdentity(system: System, identity: Identity, name: string): Process {
  const { container, cgroup } = identity;
  if (container === undefined && cgroup === undefined) return system.spawn(identity, name);
  try {
    const process =
      container === undefined
        ? system.spawn(identity, name)
        : watched(system, startContainer(system.running, container, identity, name));
    if (cgroup !== undefined) joinCgroup(system.spawn({}, 'systemd'), process, cgroup);
    return process;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const what =
      container === undefined
        ? `the cgroup of ${name} cannot be set up`
        : `the container of ${name} does not start`;
    const isLimitMissing = (cgroup?.areaBytes.size ?? 0) > 0 && !system.running.proposals.has('dmem-cma');
    const hint = isLimitMissing ? 'no release limits areas; --proposal dmem-cma does' : undefined;
    throw inputError('workload-broken', { problem: `${what}: ${error.message}` }, { hint });
  }
}

/** The process of a container, whose start nobody watches, as one whose calls go through whatever watches the system. */
function watched(system: System, process: Process): Process {
  const task = system.running.tasks.byPid(process.pid);
  return task === undefined ? process : new Process(system.running, task, system.calls);
}
