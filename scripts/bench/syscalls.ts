import { spawn, systemCall, systemCallNamed } from '../../emulator/linux/syscalls.ts';
import { smallKernel } from '../../emulator/testing/small-kernel.ts';
import type { Subject } from './subject.ts';

const calls = 10_000;

/** What the way into the kernel and back costs: the call that does least, through the table. */
export const syscalls: Subject = {
  name: 'system calls',
  timeMs: 1000,
  async prepare() {
    const kernel = smallKernel();
    const task = spawn(kernel);
    const number = systemCallNamed('getppid')?.number;
    if (number === undefined) throw new Error('there is no getppid');
    const run = () => {
      for (let made = 0; made < calls; made += 1) systemCall(kernel, task, number);
    };
    return { measures: [{ name: 'getppid', run, rate: { count: calls / 1e6, unit: 'million/s' } }] };
  },
};
