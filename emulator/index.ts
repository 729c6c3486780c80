/**
 * Heapboard's API: `boot(input, options)` boots a board or a devicetree and gives the System, from which processes
 * are spawned. Everything else here are the types of what goes in and comes out.
 */
export type { Attempt, Decision, Evidence, Obstacle } from './base/decisions.ts';
export { InputError } from './base/input-error.ts';
export type { SourcePosition } from './base/position.ts';
export type { PhysicalRange } from './base/range.ts';
export { parseRange } from './base/range.ts';
export { loadDeviceTreeFile } from './devicetree/node.ts';
export { DeviceTree, DtNode, DtProperty } from './devicetree/tree.ts';
export type { Device, PageRun } from './linux/drivers/base/device.ts';
export {
  type HeapBuffer,
  type HeapDriver,
  type HeapDriverFacts,
  type HeapDriverRequest,
  heapDriver,
} from './linux/drivers/dma-buf/heaps/heap-driver.ts';
export type { Kernel } from './linux/init/kernel.ts';
export type { CoherencyMode } from './linux/init/platform.ts';
export type { Credentials } from './linux/kernel/cred.ts';
export { GenPool } from './linux/lib/genalloc.ts';
export { errno } from './linux/uapi/errno.ts';
export type { BoardProfile } from './machine/board.ts';
export { boardNames, loadBoard } from './machine/boards.ts';
export { bootSummarySchema } from './report/boot-json.ts';
export { SyscallError } from './userland/errors.ts';
export { type FacadeFileSystem, fileSystem } from './userland/facade/file-system.ts';
export { type KernelInterface, kernelInterface } from './userland/facade/kernel-interface.ts';
export type { Process } from './userland/process.ts';
export type { Interleaved, ProgramMain, ProgramTools } from './userland/workload/program-tools.ts';
export { FunctionImage } from './userland/workload/program-tools.ts';
export { boot } from './whatif/boot.ts';
export type { BootOptions } from './whatif/boot-options.ts';
export type { BootHost } from './whatif/load-input.ts';
export type {
  AreaSummary,
  BootSummary,
  DecisionSummary,
  HeapSummary,
  RegionSummary,
} from './whatif/summary.ts';
export { System } from './whatif/system.ts';
