import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { parseWorkload } from './workload.ts';

function read(text: string) {
  return parseWorkload(text, 'w.yaml', 'w');
}

function mistake(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof InputError) {
      expect(error.kind).toBe('workload-broken');
      expect(error.message).not.toContain('\n');
      return error.message;
    }
    throw error;
  }
  throw new Error('the workload was accepted');
}

describe('a workload', () => {
  test('has a name, parameters, variables, programs and steps', () => {
    const workload = read(`
workload: display
summary: Two buffers.
parameters: { width: 1920 }
variables: { stride: "alignUp(width * 4, 64)" }
credentials: { uid: 1000, groups: [44] }
programs:
  camera:
    parameters: { frames: 3 }
    steps:
      - repeat: frames
        index: i
        steps:
          - { alloc: "frame[i]", heap: system, size: 64K }
steps:
  - { alloc: fb, heap: ['linux,cma', reserved], size: stride * 1080, fails: ENOMEM }
  - { spawn: camera, with: { frames: 2 } }
  - exit: 0
`);
    expect(workload.name).toBe('display');
    expect(workload.main.credentials).toEqual({ uid: 1000, groups: [44] });
    expect(workload.main.steps.map((step) => step.kind === 'action' && step.verb)).toEqual([
      'alloc',
      'spawn',
      'exit',
    ]);
    expect(workload.main.steps[0]).toMatchObject({
      fails: ['ENOMEM'],
      position: { file: 'w.yaml', line: 16 },
    });
    expect([...workload.programs.keys()]).toEqual(['camera']);
    expect(workload.programs.get('camera')?.steps[0]).toMatchObject({ kind: 'repeat', index: 'i' });
  });

  test('is called after its file where it does not say', () => {
    expect(read('steps: [{ exit: 0 }]').name).toBe('w');
  });
});

describe('one line with the place tells', () => {
  test.each([
    ['a syntax error', 'steps: [\n', /^w\.yaml:\d+:\d+: /],
    ['an empty file', '', /^w\.yaml:1:1: the document/],
    [
      'an unknown key of the file',
      'stpes: []\n',
      'w.yaml:1:1: unknown key "stpes" in a workload; did you mean steps? known are ',
    ],
    ['no steps', 'steps: []\n', 'w.yaml:1:8: steps: expected at least one step'],
    [
      'an unknown key of a step',
      'steps:\n  - alloc: fb\n    heap: cma\n    sise: 4096\n',
      'w.yaml:4:5: unknown key "sise" in step "alloc"; did you mean size? known are alloc, from, heap, size,',
    ],
    ['a step without a verb', 'steps:\n  - aloc: fb\n', 'w.yaml:2:5: a step needs one of open, alloc, map,'],
    ['a step that is no map', 'steps:\n  - exit\n', 'w.yaml:2:5: a step needs one of'],
    [
      'a step with two verbs',
      'steps:\n  - { open: a, close: a }\n',
      'a step does one thing, not open and close',
    ],
    [
      'a missing size',
      'steps:\n  - { alloc: fb, heap: cma }\n',
      'w.yaml:2:5: size: expected a whole number or a formula',
    ],
    ['a fraction', 'steps:\n  - { alloc: fb, heap: cma, size: 1.5 }\n', /^w\.yaml:2:35: size: /],
    [
      'a broken formula',
      'steps:\n  - { alloc: fb, heap: cma, size: 4 + }\n',
      'w.yaml:2:35: size: "4 +" is no formula',
    ],
    [
      'a whole array where one is made',
      'steps:\n  - { alloc: "fb[*]", heap: cma, size: 1 }\n',
      'means a whole array',
    ],
    ['a name that is none', 'steps:\n  - { close: "1st" }\n', 'names no handle'],
    [
      'neither heap nor from',
      'steps:\n  - { alloc: fb, size: 1 }\n',
      'step "alloc" needs either "heap", or "from"',
    ],
    ['both heap and from', 'steps:\n  - { alloc: fb, size: 1, heap: cma, from: h }\n', 'needs either "heap"'],
    [
      'an errno that is none',
      'steps:\n  - { close: fb, fails: ENOMEN }\n',
      'fails: expected the name of an errno',
    ],
    ['sync without a phase', 'steps:\n  - { sync: fb }\n', 'step "sync" needs one of start, end and flags'],
    ['write without bytes', 'steps:\n  - { write: fb }\n', 'step "write" needs byte or text'],
    [
      'an access that is none',
      'steps:\n  - { map: fb, access: rw }\n',
      'access: expected read, write or read-write',
    ],
    [
      'a misspelt variable',
      'parameters: { width: 1 }\nsteps:\n  - { alloc: fb, heap: cma, size: widht }\n',
      'w.yaml:3:5: unknown variable "widht"; did you mean width?',
    ],
    [
      'a loop counter outside its loop',
      'steps:\n  - { close: "fb[i]" }\n',
      'w.yaml:2:5: unknown variable "i"; none are defined',
    ],
    [
      'a variable before its definition',
      'variables: { a: b, b: 1 }\nsteps: [{ exit: 0 }]\n',
      'w.yaml:1:17: unknown variable "b"',
    ],
    [
      'a program that is none',
      'steps:\n  - { spawn: camera }\n',
      'w.yaml:2:14: unknown program "camera"; this workload has no programs',
    ],
    [
      'a wrong key in a loop',
      'steps:\n  - repeat: 2\n    idx: i\n    steps: [{ exit: 0 }]\n',
      'w.yaml:3:5: unknown key "idx" in step "repeat"',
    ],
    [
      'a wrong key in a program',
      'programs: { a: { step: [] } }\nsteps: [{ exit: 0 }]\n',
      'unknown key "step" in program "a"',
    ],
    [
      'a wrong step in a loop in a program',
      'programs:\n  a:\n    steps:\n      - repeat: 1\n        steps:\n          - { clsoe: x }\nsteps: [{ exit: 0 }]\n',
      'w.yaml:6:13: a step needs one of',
    ],
    [
      'a wrong key of an area',
      'steps:\n  - expect: { areas: { default: { used: 1 } } }\n',
      'w.yaml:2:35: unknown key "used"',
    ],
    [
      'a user id below zero',
      'credentials: { uid: -1 }\nsteps: [{ exit: 0 }]\n',
      /^w\.yaml:1:21: credentials\.uid/,
    ],
  ])('%s', (_, text, message) => {
    expect(mistake(text)).toMatch(message);
  });
});
