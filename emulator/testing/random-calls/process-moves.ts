import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, POLLIN, POLLOUT } from '../../linux/uapi/poll.ts';
import { CLONE_FILES, CLONE_VM } from '../../linux/uapi/sched.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { WNOHANG } from '../../linux/uapi/wait.ts';
import { bufferDescriptor, descriptor, descriptorOf, type Move, pick, words } from './move.ts';

/** struct timespec of some milliseconds. */
function timespec(milliseconds: number): Uint8Array {
  return words(0, 0, milliseconds * 1_000_000, 0);
}

/** Calls on processes, and waiting. */
export const processMoves: readonly Move[] = [
  {
    name: 'fork',
    weight: 4,
    play: (world, task, [how, target], seat) => {
      const sharing = (how % 6 === 0 ? CLONE_FILES : 0) | (how % 7 === 0 ? CLONE_VM : 0);
      const pid = world.call(task, 'clone', signals.SIGCHLD | sharing);
      const child = pid > 0 ? world.kernel.tasks.byPid(pid) : undefined;
      if (child === undefined) return;
      const place = (seat + 1 + (target % Math.max(1, world.processes - 1))) % world.processes;
      if (place === seat) world.call(child, 'exit_group', 0);
      else world.seatTask(place, child);
    },
  },
  {
    name: 'exit',
    weight: 1,
    play: (world, task, [code]) => {
      world.call(task, 'exit_group', code % 3);
    },
  },
  {
    name: 'kill',
    weight: 2,
    play: (world, task, [seat, signal]) => {
      const signalNumber =
        pick([0, signals.SIGKILL, signals.SIGTERM, signals.SIGCHLD, signals.SIGUSR1], signal) ?? 0;
      world.call(task, 'kill', world.taskAt(seat)?.pid ?? 9999, signalNumber);
    },
  },
  {
    name: 'wait',
    weight: 3,
    play: (world, task, [how]) => {
      world.call(task, 'wait4', -1, 0, how % 4 === 0 ? 0 : WNOHANG, 0);
    },
  },
  {
    name: 'poll',
    weight: 5,
    play: (world, task, [one, other, wait]) => {
      const events = (fd: number) => words(fd, (one % 3 === 0 ? POLLIN : POLLIN | POLLOUT) & 0xffff);
      world.put(task, events(bufferDescriptor(task, one)));
      world.put(task, events(descriptor(task, other)), 8);
      const timeout = world.put(task, timespec(wait % 4), 0x40);
      world.call(task, 'ppoll', world.put(task, new Uint8Array(0)), 1 + (other % 2), timeout, 0, 8);
    },
  },
  {
    name: 'new epoll',
    weight: 2,
    play: (world, task) => {
      world.call(task, 'epoll_create1', 0);
    },
  },
  {
    name: 'change epoll',
    weight: 5,
    play: (world, task, [epoll, fd, how]) => {
      const operation =
        pick([EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL], how) ?? EPOLL_CTL_ADD;
      const event = world.put(task, words(POLLIN | (how % 3 === 0 ? POLLOUT : 0), 0, how, 0));
      world.call(
        task,
        'epoll_ctl',
        descriptorOf(task, epoll, 'anon_inode:[eventpoll]'),
        operation,
        descriptor(task, fd),
        event,
      );
    },
  },
  {
    name: 'wait for epoll',
    weight: 3,
    play: (world, task, [epoll, wait]) => {
      const room = world.put(task, new Uint8Array(128), 0x2000);
      world.call(
        task,
        'epoll_pwait',
        descriptorOf(task, epoll, 'anon_inode:[eventpoll]'),
        room,
        4,
        wait % 3,
        0,
        8,
      );
    },
  },
  {
    name: 'sleep',
    weight: 1,
    play: (world, task, [milliseconds]) => {
      world.call(task, 'nanosleep', world.put(task, timespec(milliseconds % 20)), 0);
    },
  },
];
