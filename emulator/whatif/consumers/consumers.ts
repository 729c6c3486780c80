import { type BootRequest, bootUp } from '../boot-tree.ts';
import type { Contract } from './contract.ts';
import { type DmaMaster, dmaMasters } from './devices.ts';
import { type ConsumerOutcome, type EvaluateOptions, evaluateConsumer } from './evaluate.ts';

/** A board's devices and consumers: the document that `heapboard consumers --json` prints. */
export interface ConsumersDocument {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly panic?: string | undefined;
  readonly heaps: readonly string[];
  /** Those that an unpatched kernel of that release would not have, and what it lacks for each. */
  readonly notInMainline: readonly { readonly name: string; readonly needs: string }[];
  readonly devices: readonly DmaMaster[];
  readonly consumers: readonly ConsumerOutcome[];
  readonly passed: number;
  readonly failed: number;
}

/** Boots a request, lists its DMA masters, and lets each consumer try. Nobody gets anything from a kernel that died. */
export function checkConsumers(
  request: BootRequest,
  contracts: readonly Contract[],
  options: EvaluateOptions,
): ConsumersDocument {
  const system = bootUp(request);
  const { board, release, panic, heaps } = system.summary();
  const devices = dmaMasters(system.environment.handoff.tree, request.profile?.devices);
  const consumers = contracts.map((contract) =>
    system.booted
      ? evaluateConsumer(system, contract, devices, options)
      : withoutKernel(contract, panic ?? ''),
  );
  const passed = consumers.filter(({ passes }) => passes).length;
  return {
    schemaVersion: 1,
    board,
    release,
    panic,
    heaps: heaps.map(({ name }) => name),
    notInMainline: heaps.flatMap(({ name, needs }) => (needs === undefined ? [] : [{ name, needs }])),
    devices,
    consumers,
    passed,
    failed: consumers.length - passed,
  };
}

function withoutKernel({ name, summary, source, needs }: Contract, panic: string): ConsumerOutcome {
  const why = `the kernel panics: ${panic}`;
  return {
    consumer: name,
    summary,
    source,
    passes: false,
    needs: needs.map(({ what }) => ({ need: what, met: false, heap: null, missing: [], why })),
    remarks: [],
  };
}
