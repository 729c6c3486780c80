import type { CharDeviceOpen } from '../../fs/char-dev.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Errno } from '../../uapi/errno.ts';
import { makeDevice } from '../../uapi/stat.ts';

/**
 * Small drivers that share the major 10. Plays drivers/char/misc.c. Deviation: dynamic minors count down from 127, as
 * if no other driver had taken one.
 */
const miscMajor = 10;
const lastDynamicMinor = 127;

/** misc_register() with a dynamic minor; the first one brings the class. */
export function registerMisc(kernel: Kernel, name: string, open: CharDeviceOpen): Errno {
  const taken = kernel.charDevices.regions.filter(({ major }) => major === miscMajor).length;
  const minor = lastDynamicMinor - taken;
  const registered = kernel.charDevices.register(miscMajor, minor, 1, 'misc');
  if (registered < 0) return registered;
  if (taken === 0) kernel.drivers.createClass({ name: 'misc', devnode: (device) => ({ path: device }) });
  const device = makeDevice(miscMajor, minor);
  kernel.charDevices.add(device, 1, open);
  const created = kernel.drivers.createDevice('misc', device, name);
  return Math.min(0, created);
}
