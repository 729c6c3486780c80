import { hex } from '../base/units.ts';
import type { DeviceAnswer } from '../whatif/devices/devices.ts';

/** The document that `heapboard devices --json` prints. docs/devices.md describes it. */
export function devicesDocument(board: string | null, sizeBytes: bigint, devices: readonly DeviceAnswer[]) {
  return {
    schemaVersion: 1,
    board,
    sizeBytes: Number(sizeBytes),
    devices: devices.map(({ tried, ...device }) => ({
      ...device,
      tried: tried.map(({ what, baseBytes, result }) => ({
        what,
        ...(baseBytes === undefined ? {} : { base: hex(baseBytes) }),
        result,
      })),
    })),
  };
}
