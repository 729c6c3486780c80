import * as z from 'zod';
import { parseSize } from '../../base/units.ts';
import { O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';

/** A cgroup that an administrator makes for a process, with its limits. */
export interface CgroupFacts {
  readonly name: string;
  /** memory.max in bytes. */
  readonly memoryBytes: bigint | undefined;
  /** dmem.max by area, in bytes; the proposal `dmem-cma` must be switched on. */
  readonly areaBytes: ReadonlyMap<string, bigint>;
}

const size = z.union([z.string(), z.int()]).transform((value, context): bigint => {
  const parsed = parseSize(String(value));
  if (parsed !== undefined) return parsed;
  context.addIssue(`expected a size such as 64M, not "${value}"`);
  return z.NEVER;
});

/** `cgroup:` of a process description. */
export const cgroupSchema = z
  .strictObject({
    name: z.string().regex(/^[\w.-]+$/, 'expected a name'),
    memory: size.optional(),
    areas: z.record(z.string(), size).default({}),
  })
  .transform(
    ({ name, memory, areas }): CgroupFacts => ({
      name,
      memoryBytes: memory,
      areaBytes: new Map(Object.entries(areas)),
    }),
  );

/** Makes the group where it is missing, writes its limits and moves a process into it; all by files, as `root`. */
export function joinCgroup(root: Process, process: Process, facts: CgroupFacts): void {
  const folder = `/sys/fs/cgroup/${facts.name}`;
  try {
    root.mkdir(folder, 0o755);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EEXIST') throw error;
  }
  if (facts.memoryBytes !== undefined) write(root, `${folder}/memory.max`, String(facts.memoryBytes));
  for (const [area, bytes] of facts.areaBytes) write(root, `${folder}/dmem.max`, `cma/${area} ${bytes}`);
  write(root, `${folder}/cgroup.procs`, String(process.pid));
}

function write(root: Process, path: string, text: string): void {
  const fd = root.open(path, O_WRONLY);
  try {
    root.write(fd, `${text}\n`);
  } finally {
    root.close(fd);
  }
}
