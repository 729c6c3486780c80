import type { StepKind } from '../step.ts';
import { alloc } from './alloc.ts';
import { close } from './close.ts';
import { device } from './device.ts';
import { dup } from './dup.ts';
import { exec } from './exec.ts';
import { exit } from './exit.ts';
import { expect } from './expect.ts';
import { map } from './map.ts';
import { insmodStep, lsmodStep, modprobeStep, rmmodStep } from './module-tools.ts';
import { open } from './open.ts';
import { pressure } from './pressure.ts';
import { read } from './read.ts';
import { spawn } from './spawn.ts';
import { sync } from './sync.ts';
import { unmap } from './unmap.ts';
import { wait } from './wait.ts';
import { write } from './write.ts';

const kinds = [
  open,
  alloc,
  map,
  write,
  read,
  sync,
  unmap,
  close,
  dup,
  spawn,
  exec,
  wait,
  expect,
  exit,
  modprobeStep,
  insmodStep,
  rmmodStep,
  lsmodStep,
  device,
  pressure,
];

/** The kinds of step, by verb. Two of one verb are our mistake. */
export const stepKinds: ReadonlyMap<string, StepKind> = registry(kinds);

function registry(kinds: readonly StepKind[]): ReadonlyMap<string, StepKind> {
  const known = new Map<string, StepKind>();
  for (const kind of kinds) {
    if (known.has(kind.verb)) throw new Error(`two kinds of step are called ${kind.verb}`);
    known.set(kind.verb, kind);
  }
  return known;
}
