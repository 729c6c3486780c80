import { describe, expect, test } from 'vitest';
import { inputError } from '../../base/input-error.ts';
import { parseYaml } from '../../base/yaml-input.ts';
import { nothingInjected } from '../../userland/faults/injector.ts';
import type { Failure, RunOutcome } from '../../userland/workload/outcome.ts';
import type { BootSummary } from '../summary.ts';
import { readExpectation } from './expectation.ts';
import type { Observed } from './observed.ts';
import { scenarioFailure } from './scenario.ts';

const summary: BootSummary = {
  schemaVersion: 1,
  architecture: 'arm64',
  board: 'hikey',
  release: '6.1',
  config: 'reference 6.1',
  pageSize: 4096,
  bootargs: '',
  reliance: { inferred: [], assumed: [] },
  booted: true,
  memory: [],
  regions: [
    {
      node: '/reserved-memory/pool',
      name: 'pool',
      base: '0x50000000',
      size: '0x1000000',
      noMap: false,
      reusable: true,
      compatible: ['shared-dma-pool'],
      state: 'cma',
    },
    {
      node: '/reserved-memory/lost',
      name: 'lost',
      base: null,
      size: '0x40000000',
      noMap: false,
      reusable: true,
      compatible: ['shared-dma-pool'],
      state: 'failed',
      reason: 'no free range of 1 GiB',
    },
  ],
  areas: [
    {
      name: 'pool',
      base: '0x50000000',
      size: '0x1000000',
      usedPages: 96,
      isDefault: true,
      active: true,
      node: '/reserved-memory/pool',
      certainty: 'exact',
    },
  ],
  heaps: [
    {
      name: 'system',
      path: '/dev/dma_heap/system',
      major: 254,
      minor: 0,
      mode: '0600',
      uid: 0,
      gid: 0,
      kind: 'system',
      exportedBy: 'release',
    },
    {
      name: 'pool',
      path: '/dev/dma_heap/pool',
      major: 254,
      minor: 1,
      mode: '0600',
      uid: 0,
      gid: 0,
      kind: 'cma',
      area: 'pool',
      exportedBy: 'release',
    },
  ],
  exportPolicy: 'explicit',
  refusedExports: [],
  proposals: [],
  modules: [],
  meminfo: { CmaTotal: 0x1000000 },
  decisions: [
    {
      subject: '/reserved-memory/lost',
      rule: 'reserved-memory/dynamic-placement',
      tried: [{ what: 'top-down in all memory', result: 'largest hole 496 MiB' }],
      obstacle: { what: 'the dtb', owner: 'boot loader' },
      outcome: 'found no place',
      evidence: 'recorded',
    },
  ],
  dmesg: [{ level: 6, text: 'Reserved memory: created CMA memory pool at 0x0000000050000000, size 16 MiB' }],
};

const failure: Failure = {
  process: 'camera#2',
  job: 'camera',
  position: undefined,
  step: 'alloc frame[i] (i = 2)',
  problem: 'ioctl failed with ENOMEM',
  code: 'ENOMEM',
  difference: undefined,
  isUnknownHeap: false,
  why: ['CMA area pool: 1 MiB of 16 MiB free'],
};

function outcome(failures: readonly Failure[]): RunOutcome {
  const process = {
    file: 'x',
    pid: 2,
    uid: 0,
    exitCode: 0,
    signal: undefined,
    steps: {},
    expectedFailures: 0,
    buffers: 0,
    allocatedBytes: 0,
  };
  return {
    processes: ['camera', 'gralloc'].map((name) => ({ name, job: name, ...process })),
    areas: [],
    heaps: [],
    failures,
    leaks: [{ process: 'camera', heap: 'pool', sizeBytes: 4096, position: undefined, step: undefined }],
    findings: [],
    ...nothingInjected,
  };
}

const booted: Observed = { refusal: undefined, summary, explain: undefined, outcome: outcome([]) };
const failed: Observed = { ...booted, outcome: outcome([failure]) };
const dead: Observed = {
  refusal: undefined,
  summary: { ...summary, booted: false, panic: 'Attempted to kill init!', areas: [], heaps: [], meminfo: {} },
  explain: undefined,
  outcome: undefined,
};
const refused: Observed = {
  refusal: inputError('memory-missing', { problem: 'x: has no RAM' }),
  summary: undefined,
  explain: undefined,
  outcome: undefined,
};

function differences(text: string, observed: Observed): readonly string[] {
  const document = parseYaml(text, 's.yaml', scenarioFailure);
  const found = readExpectation(document, 'after', scenarioFailure).compare(observed);
  return found.map(({ what, expected, seen }) => `${what}: ${expected} / ${seen}`);
}

describe('holds', () => {
  test.each([
    ['booted: true', booted],
    ['booted: false', dead],
    ['panic: kill init', dead],
    ['refused: /--memory BASE\\+SIZE/', refused],
    ['heaps: [system, pool]', booted],
    ['heaps: { present: [pool], absent: [reserved] }', booted],
    [
      'areas: { pool: { base: 0x50000000, size: 16M, usedPages: 96, isDefault: true, active: true, node: /reserved-memory/pool } }',
      booted,
    ],
    ['areas: { reserved: absent }', booted],
    [
      'regions: { pool: { state: cma, base: 0x50000000, size: 16M }, lost: { base: null, reason: no free range } }',
      booted,
    ],
    ['meminfo: { CmaTotal: 16M }', booted],
    ['log: created CMA memory pool', booted],
    ['log: ["/size \\\\d+ MiB$/", { not: bypass }]', booted],
    ['explanation: [/found no place/, the dtb (boot loader), largest hole 496 MiB]', booted],
    ['workloads: { camera: passes }', booted],
    ['workloads: { camera: fails, gralloc: passes }', failed],
    ['workloads: { camera: { fails: ENOMEM, step: "alloc frame", why: 1 MiB of 16 MiB } }', failed],
    ['errno: ENOMEM', failed],
    ['errno: none', booted],
    ['leaks: 1', booted],
  ])('%s', (text, observed) => {
    expect(differences(text, observed)).toEqual([]);
  });
});

describe('does not hold, and says how', () => {
  test.each([
    ['booted: false', booted, 'booted: false / true'],
    ['panic: kill init', booted, 'panic: "kill init" / none'],
    ['panic: out of memory', dead, 'panic: "out of memory" / Attempted to kill init!'],
    ['refused: RAM', booted, 'refused: "RAM" / it booted'],
    ['heaps: [pool, system]', booted, 'heaps: pool system / system pool'],
    ['heaps: { present: [reserved] }', booted, 'heaps: reserved / system pool'],
    ['heaps: { absent: [pool] }', booted, 'heaps: no pool / system pool'],
    ['areas: { pool: absent }', booted, 'area pool: absent / 16 MiB (0x1000000) at 0x50000000'],
    ['areas: { reserved: { size: 1M } }', booted, 'area reserved: present / only pool'],
    ['areas: { pool: { size: 32M } }', booted, 'size of area pool: 32 MiB (0x2000000) / 16 MiB (0x1000000)'],
    ['regions: { pool: { state: failed } }', booted, 'state of region pool: failed / cma'],
    ['regions: { pool: { base: null } }', booted, 'base of region pool: none / 0x50000000'],
    ['regions: { absent: { state: cma } }', booted, 'region absent: present / absent'],
    [
      'regions: { lost: { reason: the dtb } }',
      booted,
      'reason of region lost: "the dtb" / no free range of 1 GiB',
    ],
    ['meminfo: { CmaTotal: 0 }', booted, 'CmaTotal: 0 B (0x0) / 16 MiB (0x1000000)'],
    ['meminfo: { Absent: 0 }', booted, 'Absent: 0 B (0x0) / absent'],
    ['log: bypass', booted, 'log: a line with "bypass" / none in 1 lines'],
    ['log: { not: "/^Reserved/" }', booted, 'log: no line with /^Reserved/ / Reserved memory: created'],
    [
      'explanation: the initrd',
      booted,
      'explanation: "the initrd" / none of: /reserved-memory/lost: found no place',
    ],
    [
      'workloads: { camera: passes }',
      failed,
      'workload camera: passes / fails at alloc frame[i] (i = 2): ioctl failed with ENOMEM (CMA area pool',
    ],
    ['workloads: { camera: fails }', booted, 'workload camera: fails / passes'],
    ['workloads: { camera: { fails: EACCES } }', failed, 'workload camera: fails EACCES / fails at alloc'],
    ['workloads: { camra: passes }', booted, 'workload camra: to run / it did not run'],
    ['errno: EACCES', failed, 'errno: EACCES / ENOMEM'],
    ['errno: none', failed, 'errno: none / ENOMEM'],
    ['leaks: 0', booted, 'leaks: 0 / 1'],
  ])('%s', (text, observed, difference) => {
    const found = differences(text, observed);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(difference);
  });
});

describe('without being said, it is expected', () => {
  test('that the input is taken', () => {
    expect(differences('leaks: 0', refused)).toEqual([
      expect.stringContaining('boot: to begin / refused: x: has no RAM'),
    ]);
  });

  test('that the kernel lives', () => {
    expect(differences('leaks: 0', dead)).toEqual(['booted: true / a panic: Attempted to kill init!']);
  });

  test('that the workloads pass', () => {
    expect(differences('leaks: 1', failed)).toEqual([
      expect.stringContaining('workload camera: passes / fails at'),
    ]);
  });
});
