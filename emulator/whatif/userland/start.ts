import type { DeviceRules } from '../../userland/udev/device-manager.ts';
import type { System } from '../system.ts';
import { startDeviceManager } from './device-rules.ts';
import { addHeapModules, type HeapModule } from './heap-modules.ts';
import { addModuleFiles, lastLoadAt, loadModules, type ModuleFile, type ModuleLoad } from './module-loads.ts';

/** What programs do to a board between its boot and the first workload. */
export interface UserlandFacts {
  readonly proposals?: ReadonlySet<string> | undefined;
  readonly heapModules?: readonly HeapModule[] | undefined;
  readonly moduleFiles?: readonly ModuleFile[] | undefined;
  readonly modules?: readonly ModuleLoad[] | undefined;
  /** udev's or ueventd's rules; without any the kernel's own modes stay. */
  readonly deviceRules?: DeviceRules | undefined;
}

/** Does what a board's root file system does at boot. Timed work waits for its time. */
export function startUserland(system: System, facts: UserlandFacts): void {
  addHeapModules(system, facts.heapModules ?? []);
  addModuleFiles(system, facts.moduleFiles ?? []);
  if (facts.deviceRules !== undefined) startDeviceManager(system, facts.deviceRules);
  loadModules(system, facts.modules ?? []);
}

/** Lets time pass until all that was timed has happened: how a board looks once it is up. */
export function settleUserland(system: System, facts: Pick<UserlandFacts, 'modules'>): void {
  const { kernel } = system;
  const until = lastLoadAt(facts.modules ?? []);
  if (kernel !== undefined && until > kernel.clock.now) kernel.timers.advanceTo(until);
}
