import * as z from 'zod';
import { type DeviceRule, parseDeviceRule } from '../../linux/uapi/device-rule.ts';

/** What a container's runtime was told about devices. */
export interface ContainerFacts {
  /** Nodes that are passed, as `--device` passes them: a node of the same numbers, owner and mode, and leave to use it. */
  readonly devices: readonly string[];
  /** Folders of the host that are seen inside, as `--volume` shows them: no leave to use devices comes with it. */
  readonly folders: readonly string[];
  /** Lines of the device cgroup beside the usual ones, as `--device-cgroup-rule` adds them. */
  readonly cgroupRules: readonly DeviceRule[];
  /** The supplementary groups: dropped, as by default; kept; or those of a list. */
  readonly groups: 'drop' | 'keep' | readonly number[];
  /** The cgroup below the root that the container runs in. */
  readonly cgroup: string | undefined;
}

const devPath = z.string().regex(/^\/dev\/./, 'expected a path below /dev');
const rule = z.string().transform((text, context): DeviceRule => {
  const parsed = parseDeviceRule(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(`expected TYPE MAJOR:MINOR ACCESS, such as "c 252:* rwm", not "${text}"`);
  return z.NEVER;
});

/** `container:` of a process description. */
export const containerSchema = z.strictObject({
  devices: z.array(devPath).default([]),
  folders: z.array(z.string().regex(/^\/./, 'expected a path')).default([]),
  cgroupRules: z.array(rule).default([]),
  groups: z
    .union(
      [z.enum(['drop', 'keep']), z.array(z.int().min(0))],
      'expected drop, keep, or a list of group numbers',
    )
    .default('drop'),
  cgroup: z
    .string()
    .regex(/^[\w.-]+$/, 'expected a name')
    .optional()
    .transform((name) => name),
});
