import { describe, expect, it } from 'vitest';
import { codeOf } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { ProgramReplaced } from '../../userland/errors.ts';
import { spawnProcess } from '../../userland/process.ts';
import { FunctionImage } from '../../userland/workload/program-tools.ts';
import { installProgram } from '../syscalls.ts';
import { O_CLOEXEC, O_CREAT, O_RDWR, O_WRONLY } from '../uapi/fcntl.ts';
import { signals } from '../uapi/signal.ts';

const camera = new FunctionImage('camera', () => 0);

function system(release?: string) {
  const kernel = smallKernel(release === undefined ? {} : { release });
  installProgram(kernel, '/usr/bin/camera', camera);
  return { kernel, process: spawnProcess(kernel) };
}

function executed(act: () => never) {
  try {
    return act();
  } catch (error) {
    if (error instanceof ProgramReplaced) return error.executed;
    throw error;
  }
}

describe('execve()', () => {
  it('puts a program with its words in the place of the caller', () => {
    const { process } = system();
    const image = executed(() => process.execve('/usr/bin/camera', ['camera', '-v'], ['A=1']));
    expect(image).toEqual({
      image: camera,
      path: '/usr/bin/camera',
      argv: ['camera', '-v'],
      environment: ['A=1'],
    });
    expect(process.readFile('/proc/self/comm')).toBe('camera\n');
  });

  it('closes what is marked so, and forgets memory and handlers', () => {
    const { kernel, process } = system();
    const kept = process.open('/dev/dma_heap/system', O_RDWR);
    const closed = process.open('/dev/dma_heap/system', O_RDWR | O_CLOEXEC);
    const buffer = process.dmaHeapAlloc(kept, 4096, O_RDWR | O_CLOEXEC);
    process.mmap({ length: 4096, prot: 3, flags: 1, fd: buffer });
    process.onSignal(signals.SIGUSR1, () => {});
    executed(() => process.execve('/usr/bin/camera'));
    expect(process.fstat(kept).inode).toBeGreaterThan(0);
    expect(codeOf(() => process.close(closed))).toBe('EBADF');
    expect(kernel.dmaBufs.live).toEqual([]);
    expect(() => process.kill(process.pid, signals.SIGUSR1)).toThrow('was killed by SIGUSR1');
  });

  it('follows the first line of a script', () => {
    const { process } = system();
    const script = process.open('/tmp/start', O_CREAT | O_WRONLY, 0o755);
    process.write(script, '#!/usr/bin/camera  -q\nwhatever\n');
    process.close(script);
    expect(executed(() => process.execve('/tmp/start', ['start', 'x'])).argv).toEqual([
      '/usr/bin/camera',
      '-q',
      '/tmp/start',
      'x',
    ]);
  });

  it.each([
    ['what is not there', '/usr/bin/absent', 'ENOENT'],
    ['a folder', '/tmp', 'EACCES'],
    ['a device', '/dev/null', 'EACCES'],
    ['a file that nobody may execute', '/tmp/plain', 'EACCES'],
    ['a file of no known format', '/tmp/text', 'ENOEXEC'],
    ['a file in what is no folder', '/usr/bin/camera/x', 'ENOTDIR'],
  ])('refuses %s, and changes nothing', (_, path, code) => {
    const { process } = system();
    for (const [name, mode] of [
      ['/tmp/plain', 0o644],
      ['/tmp/text', 0o755],
    ] as const) {
      const fd = process.open(name, O_CREAT | O_WRONLY, mode);
      process.write(fd, 'hello');
      process.close(fd);
    }
    const fd = process.open('/dev/null', O_RDWR | O_CLOEXEC);
    expect(codeOf(() => process.execve(path))).toBe(code);
    process.close(fd);
  });

  it('takes no argument of more than 128 KiB', () => {
    const { process } = system();
    const [path, vector] = [process.memory.allocateString('/usr/bin/camera'), process.memory.allocate(16)];
    const long = process.mmap({ length: 1 << 18, prot: 3, flags: 0x22 });
    process.memory.fill(long, 140_000, 65);
    process.memory.write(vector, new Uint8Array(BigUint64Array.of(long, 0n).buffer));
    expect(codeOf(() => process.syscall('execve', path, vector, 0))).toBe('E2BIG');
  });
});
