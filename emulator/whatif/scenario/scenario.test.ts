import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { parseScenario } from './scenario.ts';

function read(text: string) {
  return parseScenario(text, 'folder/s.yaml', (path) => `folder/${path}`);
}

const head = 'scenario: P00\nsummary: A sentence.\n';
const sides = 'before: { booted: true }\nafter: { booted: false }\n';

function mistake(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('the scenario was accepted');
}

describe('a scenario', () => {
  test('says what is booted, what changes, and what holds', () => {
    const scenario = read(`${head}
threads: [raspberrypi/linux#3571]
board: hikey
bootargs: quiet
workloads: [gralloc, ./own.yaml]
change:
  bootargs: { append: cma=32M }
  memory: [0x0+1G]
  configuration: { file: some.config, symbols: { CMA_SIZE_MBYTES: 64, DMABUF_HEAPS: true } }
  policy: release
before: { heaps: [system] }
after: { heaps: { absent: [system] } }
`);
    expect(scenario).toMatchObject({
      name: 'P00',
      summary: 'A sentence.',
      threads: ['raspberrypi/linux#3571'],
    });
    expect(scenario.setup).toMatchObject({ board: 'hikey', options: { bootargs: 'quiet' } });
    expect(scenario.setup.workloads).toEqual([{ name: 'gralloc' }, { name: './own.yaml' }]);
    expect(scenario.changes).toEqual(['bootargs', 'memory', 'configuration', 'policy']);
    expect(scenario.change(scenario.setup).options).toEqual({
      bootargs: 'quiet',
      appendBootargs: 'cma=32M',
      memory: [{ baseBytes: 0n, sizeBytes: 1024n ** 3n }],
      config: 'folder/some.config',
      kconfig: ['CMA_SIZE_MBYTES=64', 'DMABUF_HEAPS=y'],
      exportPolicy: 'release',
    });
  });

  test('adds edits, overlays, symbols and appended arguments to those that are there', () => {
    const { setup, change } = read(`${head}
board: hikey
bootargs: { append: quiet }
overlays: [a.dtbo]
edits: [{ delete: /soc/gpu }]
configuration: { symbols: { CMA: true } }
change:
  bootargs: { append: cma=32M }
  overlays: [b.dtbo]
  edits: [{ set: "/chosen:x=1" }, { addRegion: "pool,size=64M" }]
  configuration: { symbols: { CMA: false } }
${sides}`);
    expect(change(setup).options).toEqual({
      appendBootargs: 'quiet cma=32M',
      overlays: ['folder/a.dtbo', 'folder/b.dtbo'],
      edits: [
        { kind: 'delete', text: '/soc/gpu' },
        { kind: 'set', text: '/chosen:x=1' },
        { kind: 'add-region', text: 'pool,size=64M' },
      ],
      kconfig: ['CMA=y', 'CMA=n'],
    });
  });

  test('takes a tree as a path beside it, or written out', () => {
    const file = `${head}tree: board.dts\nchange: { release: "6.1" }\n${sides}`;
    expect(read(file).setup.tree).toEqual({ path: 'folder/board.dts' });
    const source = `${head}tree: |\n  /dts-v1/;\n  / { };\nchange: { release: "6.1" }\n${sides}`;
    expect(read(source).setup.tree).toEqual({ source: '/dts-v1/;\n/ { };\n' });
  });

  test('may have workloads written out', () => {
    const text = `${head}board: hikey\nchange:\n  workloads:\n    - steps: [{ exit: 0 }]\n${sides}`;
    const { setup, change } = read(text);
    expect(setup.workloads).toEqual([]);
    expect(change(setup).workloads).toMatchObject([
      { inline: { name: 'workload-1', file: 'folder/s.yaml' } },
    ]);
  });
});

describe('one line with the place tells', () => {
  const with_ = (rest: string) => `${head}board: hikey\n${rest}`;
  test.each([
    [
      'an unknown key',
      with_(`bored: x\nchange: { seed: 1 }\n${sides}`),
      'folder/s.yaml:4:1: unknown key "bored" in a scenario; did you mean board?',
    ],
    [
      'no board and no tree',
      `${head}change: { seed: 1 }\n${sides}`,
      'folder/s.yaml:1:1: a scenario needs a board or a tree',
    ],
    ['no change', with_(sides), 'a scenario needs "change"'],
    [
      'an empty change',
      with_(`change: {}\n${sides}`),
      'folder/s.yaml:4:9: change names at least one of board, tree, release,',
    ],
    [
      'an unknown change',
      with_(`change: { bootarg: x }\n${sides}`),
      'folder/s.yaml:4:11: unknown key "bootarg" in change; did you mean bootargs?',
    ],
    [
      'a fault of no kind',
      with_(`change: { faults: [{ nth: 1 }] }\n${sides}`),
      'folder/s.yaml:4:20: faults[0]: a fault needs one of fail, slow, vanish, kill, busy',
    ],
    [
      'a carve-out without a size',
      with_(`carveouts: ["0x0:gpu"]\nchange: { seed: 1 }\n${sides}`),
      'folder/s.yaml:4:13: carveouts[0]: expected BASE+SIZE[:NAME]',
    ],
    [
      'a release that is a number',
      with_(`change: { release: 6.1 }\n${sides}`),
      'folder/s.yaml:4:20: release: expected a release in quotes',
    ],
    [
      'memory that is none',
      with_(`change: { memory: [1G] }\n${sides}`),
      'folder/s.yaml:4:20: memory[0]: expected BASE+SIZE',
    ],
    [
      'a thread that is none',
      `scenario: P00\nsummary: A.\nthreads: [somewhere]\nboard: hikey\nchange: { seed: 1 }\n${sides}`,
      'threads[0]: expected owner/repo#number',
    ],
    [
      'no expectation before',
      with_('change: { seed: 1 }\nafter: { booted: true }\n'),
      'a scenario needs "before"',
    ],
    [
      'an empty expectation',
      with_('change: { seed: 1 }\nbefore: {}\nafter: { booted: true }\n'),
      'folder/s.yaml:5:9: before says at least one of booted,',
    ],
    [
      'an unknown facet',
      with_('change: { seed: 1 }\nbefore: { booted: true }\nafter: { heap: [] }\n'),
      'folder/s.yaml:6:10: unknown key "heap" in after; did you mean heaps?',
    ],
    [
      'findings that name nothing',
      with_('change: { seed: 1 }\nbefore: { booted: true }\nafter: { findings: [] }\n'),
      'folder/s.yaml:6:20: findings: ',
    ],
    [
      'a wrong key of an area',
      with_('change: { seed: 1 }\nbefore: { areas: { reserved: { sice: 1 } } }\nafter: { booted: true }\n'),
      'folder/s.yaml:5:32: unknown key "sice" in areas.reserved',
    ],
    [
      'a size that is none',
      with_('change: { seed: 1 }\nbefore: { meminfo: { CmaTotal: much } }\nafter: { booted: true }\n'),
      'folder/s.yaml:5:32: meminfo.CmaTotal: expected a size such as 128M',
    ],
    [
      'a broken pattern',
      with_('change: { seed: 1 }\nbefore: { log: "/(/" }\nafter: { booted: true }\n'),
      'folder/s.yaml:5:16: log[0].is: Invalid regular expression',
    ],
    [
      'an errno that is none',
      with_('change: { seed: 1 }\nbefore: { errno: EFOO }\nafter: { booted: true }\n'),
      'errno: expected none, or the name of an errno',
    ],
    [
      'a mistake in a workload',
      with_(`workloads:\n  - steps: [{ exti: 0 }]\nchange: { seed: 1 }\n${sides}`),
      'folder/s.yaml:5:13: a step needs one of',
    ],
    ['a syntax error', 'scenario: [\n', /^folder\/s\.yaml:\d+:\d+: /],
  ])('%s', (_, text, message) => {
    expect(mistake(text)).toMatch(message);
  });
});
