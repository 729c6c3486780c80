import * as z from 'zod';
import { loadedModules, moduleNameOf } from '../../kmod/folder.ts';
import { insmod, modprobe, rmmod, type ToolResult } from '../../kmod/tools.ts';
import { defineStep } from '../step.ts';

/** The module tools as steps: they act for the step's process and need its privileges. */

const name = z.string('expected the name of a module').min(1);
const parameters = z.string('expected NAME=VALUE, separated by blanks').default('');

function finish(result: ToolResult): undefined {
  if (result.error !== undefined) throw result.error;
  return undefined;
}

/** Loads a module with what it depends on. */
export const modprobeStep = defineStep({
  verb: 'modprobe',
  shape: { modprobe: name, parameters },
  run: (facts, { process }) => finish(modprobe(process, facts.modprobe, facts.parameters)),
});

/** Loads one module file, by path or by the module's name. */
export const insmodStep = defineStep({
  verb: 'insmod',
  shape: { insmod: name, parameters },
  run: (facts, { process }) => finish(insmod(process, facts.insmod, facts.parameters)),
});

/** Takes a module away again, where it can be. */
export const rmmodStep = defineStep({
  verb: 'rmmod',
  shape: { rmmod: name },
  run: (facts, { process }) => finish(rmmod(process, facts.rmmod)),
});

/** Expects these modules in /proc/modules, and no others. */
export const lsmodStep = defineStep({
  verb: 'lsmod',
  shape: { lsmod: z.array(name, 'expected the names of the modules that are loaded') },
  run(facts, context) {
    const seen = [...loadedModules(context.process)].sort();
    const expected = facts.lsmod.map(moduleNameOf).sort();
    if (seen.join() !== expected.join()) {
      context.unmet({
        what: 'loaded modules',
        expected: expected.join(', ') || 'none',
        seen: seen.join(', ') || 'none',
      });
    }
    return undefined;
  },
});
