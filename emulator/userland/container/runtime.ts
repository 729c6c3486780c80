import type { Kernel } from '../../linux/init/kernel.ts';
import type { Credentials } from '../../linux/kernel/cred.ts';
import { attachDeviceProgram } from '../../linux/syscalls.ts';
import { type Capability, capabilities } from '../../linux/uapi/capability.ts';
import type { DeviceRule } from '../../linux/uapi/device-rule.ts';
import { O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { majorOf, minorOf, S_IFCHR } from '../../linux/uapi/stat.ts';
import { SyscallError } from '../errors.ts';
import { type Process, spawnProcess } from '../process.ts';
import type { ContainerFacts } from './facts.ts';

/**
 * A container's runtime as podman and docker are: a root folder of its own with a /dev of its own, a device cgroup, and
 * the supplementary groups that were asked for. It acts by system calls; attaching the cgroup's program is the one that
 * is not modelled as such (bpf()).
 */

/** What root inside a container may do: the runtimes' usual list. */
const containerCapabilities: ReadonlySet<Capability> = new Set<Capability>([
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_SYS_CHROOT',
  'CAP_MKNOD',
]);

const any = undefined;
/** null, zero, full, random, urandom, tty, console, ptmx and pseudo terminals; any node may be made. */
const usualRules: readonly DeviceRule[] = [
  { type: 'c', major: any, minor: any, access: 'm' },
  { type: 'b', major: any, minor: any, access: 'm' },
  ...[3, 5, 7, 8, 9].map((minor): DeviceRule => ({ type: 'c', major: 1, minor, access: 'rwm' })),
  ...[0, 1, 2].map((minor): DeviceRule => ({ type: 'c', major: 5, minor, access: 'rwm' })),
  { type: 'c', major: 136, minor: any, access: 'rwm' },
];
const usualNodes = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'];

/** Starts a process inside a new container. A passed device that the host has not got is the runtime's error. */
export function startContainer(
  kernel: Kernel,
  facts: ContainerFacts,
  identity: Pick<Credentials, 'uid' | 'gid' | 'groups'>,
  command: string,
): Process {
  const runtime = spawnProcess(kernel, {}, 'conmon');
  const root = `/run/containers/${runtime.pid}`;
  for (const folder of ['dev', 'tmp', 'proc', 'sys']) makeFolders(runtime, `${root}/${folder}`);
  for (const folder of ['/proc', '/sys']) bind(runtime, folder, `${root}${folder}`);
  const passed = facts.devices.map((path) => passDevice(runtime, path, root));
  for (const path of usualNodes) if (exists(runtime, path)) passDevice(runtime, path, root);
  for (const path of facts.folders) {
    makeFolders(runtime, `${root}${path}`);
    bind(runtime, path, `${root}${path}`);
  }
  const rules = [...usualRules, ...passed, ...facts.cgroupRules];
  const process = spawnProcess(kernel, {}, command);
  enterCgroup(runtime, kernel, process, facts.cgroup ?? `container-${runtime.pid}`, rules);
  runtime.exit(0);
  enter(process, root);
  const { uid, gid } = identity;
  const groups = facts.groups === 'keep' ? identity.groups : facts.groups === 'drop' ? [] : facts.groups;
  become(process, uid, gid, groups);
  return process;
}

/** setgroups(), setgid() and setuid(), in the only order in which they are allowed; root keeps a part of its privileges. */
function become(process: Process, uid: number, gid: number, groups: readonly number[]): void {
  const list = process.memory.push(new Uint8Array(Uint32Array.from(groups).buffer));
  process.syscall('setgroups', groups.length, list);
  process.memory.pop(list);
  process.setgid(gid);
  if (uid === 0) dropCapabilities(process);
  else process.setuid(uid);
}

function dropCapabilities(process: Process): void {
  const kept = [...containerCapabilities].reduce(
    (mask, name) => mask | (1n << BigInt(capabilities[name])),
    0n,
  );
  const data = new Uint8Array(24);
  const view = new DataView(data.buffer);
  for (const offset of [0, 4]) {
    view.setUint32(offset, Number(kept & 0xffff_ffffn), true);
    view.setUint32(offset + 12, Number(kept >> 32n), true);
  }
  const header = process.memory.push(new Uint8Array(Uint32Array.from([0x2008_0522, 0]).buffer));
  const words = process.memory.push(data);
  process.syscall('capset', header, words);
  process.memory.pop(words);
  process.memory.pop(header);
}

/** A node like the host's below the container's root, and the line that allows it. */
function passDevice(runtime: Process, path: string, root: string): DeviceRule {
  const { mode, uid, gid, specialDevice } = runtime.stat(path);
  makeFolders(runtime, `${root}${path.slice(0, path.lastIndexOf('/'))}`);
  if (!exists(runtime, `${root}${path}`)) {
    runtime.mknod(`${root}${path}`, S_IFCHR | 0o600, deviceWord(specialDevice));
    runtime.chown(`${root}${path}`, uid, gid);
    runtime.chmod(`${root}${path}`, mode & 0o7777);
  }
  return { type: 'c', major: majorOf(specialDevice), minor: minorOf(specialDevice), access: 'rwm' };
}

/** new_encode_dev() */
function deviceWord(device: number): number {
  const [major, minor] = [majorOf(device), minorOf(device)];
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

function exists(process: Process, path: string): boolean {
  try {
    process.stat(path);
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

function makeFolders(process: Process, path: string): void {
  const names = path.split('/').filter((name) => name !== '');
  names.forEach((_, index) => {
    const part = `/${names.slice(0, index + 1).join('/')}`;
    if (!exists(process, part)) process.mkdir(part, 0o755);
  });
}

function bind(process: Process, source: string, target: string): void {
  const from = process.memory.pushString(source);
  const to = process.memory.pushString(target);
  process.syscall('mount', from, to, 0, 4096);
  process.memory.pop(to);
  process.memory.pop(from);
}

function enter(process: Process, root: string): void {
  for (const [call, path] of [
    ['chroot', root],
    ['chdir', '/'],
  ] as const) {
    const address = process.memory.pushString(path);
    process.syscall(call, address);
    process.memory.pop(address);
  }
}

/** A group of the container's own below the root, where the kernel has cgroups. */
function enterCgroup(
  runtime: Process,
  kernel: Kernel,
  process: Process,
  name: string,
  rules: readonly DeviceRule[],
): void {
  const folder = `/sys/fs/cgroup/${name}`;
  if (!exists(runtime, '/sys/fs/cgroup/cgroup.procs')) return;
  if (!exists(runtime, folder)) runtime.mkdir(folder, 0o755);
  const fd = runtime.open(`${folder}/cgroup.procs`, O_WRONLY);
  runtime.write(fd, `${process.pid}\n`);
  runtime.close(fd);
  attachDeviceProgram(kernel, name, rules);
}
