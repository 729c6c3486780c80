import type { Kernel } from '../init/kernel.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { capable } from './cred.ts';
import { endTask } from './exit.ts';
import type { Task } from './task.ts';

/** The end of a machine's run. Plays kernel/reboot.c, all releases. Deviations: no kexec, no hibernation. */

const magic = { first: 0xfee1dead, second: new Set([672274793, 85072278, 369367448, 537993216]) };
const commands = {
  cadOn: 0x89abcdef,
  cadOff: 0,
  halt: 0xcdef0123,
  powerOff: 0x4321fedc,
  restart: 0x01234567,
  restartWith: 0xa1b2c3d4,
};

/** Whether the machine still runs. */
export class Power {
  state: 'on' | 'off' | 'halted' | 'restarting' = 'on';
}

/** reboot() */
export function reboot(kernel: Kernel, task: Task, first: number, second: number, command: number): Errno {
  if (!capable(task.credentials, 'CAP_SYS_BOOT')) return -errno.EPERM;
  if (first !== magic.first || !magic.second.has(second)) return -errno.EINVAL;
  switch (command) {
    case commands.cadOn:
    case commands.cadOff:
      return 0;
    case commands.halt:
      return stop(kernel, task, 'halted', 'System halted');
    case commands.powerOff:
      return stop(kernel, task, 'off', 'Power down');
    case commands.restart:
    case commands.restartWith:
      return stop(kernel, task, 'restarting', 'Restarting system');
    default:
      return -errno.EINVAL;
  }
}

function stop(kernel: Kernel, task: Task, state: Power['state'], words: string): Errno {
  kernel.log.log(0, `reboot: ${words}`);
  kernel.power.state = state;
  endTask(kernel, task, { kind: 'exited', code: 0 });
  return 0;
}
