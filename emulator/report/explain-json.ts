import type { Attempt, Decision, Obstacle } from '../base/decisions.ts';
import { hex } from '../base/units.ts';
import type { Explanation } from '../whatif/explain/explain.ts';

/** An explanation as the document that `heapboard explain --json` prints: addresses and sizes are hex texts. */
export function explainDocument(explanation: Explanation): object {
  return {
    ...explanation,
    decisions: explanation.decisions.map(decision),
    obstacles: explanation.obstacles.map(obstacle),
  };
}

function decision({ tried, obstacle: first, obstacles, ...rest }: Decision): object {
  return {
    ...rest,
    tried: tried.map(attempt),
    ...(first === undefined ? {} : { obstacle: obstacle(first) }),
    ...(obstacles === undefined ? {} : { obstacles: obstacles.map(obstacle) }),
  };
}

function attempt({ baseBytes, sizeBytes, alignBytes, ...rest }: Attempt): object {
  return {
    ...rest,
    base: optionalHex(baseBytes),
    size: optionalHex(sizeBytes),
    align: optionalHex(alignBytes),
  };
}

function obstacle({ baseBytes, sizeBytes, ...rest }: Obstacle): object {
  return { ...rest, base: optionalHex(baseBytes), size: optionalHex(sizeBytes) };
}

function optionalHex(value: bigint | undefined): string | undefined {
  return value === undefined ? undefined : hex(value);
}
