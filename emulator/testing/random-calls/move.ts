import { DmaBufFile } from '../../linux/drivers/dma-buf/dma-buf.ts';
import type { OpenFile } from '../../linux/fs/file.ts';
import type { Task } from '../../linux/kernel/task.ts';
import type { VmArea } from '../../linux/mm/vm-area.ts';
import type { World } from './world.ts';

/** Numbers that a move makes its choices with. */
export type Choices = readonly [number, number, number];

/** Something that a process does: as many calls as it takes, of which only the last may sleep. */
export interface Move {
  readonly name: string;
  /** How often it comes, among all. */
  readonly weight: number;
  readonly play: (world: World, task: Task, choices: Choices, seat: number) => void;
}

/** One of a list; a list must not be empty. */
export function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % items.length];
}

/** One choice in so many is a mistake. */
const mistakes = 13;

/** A descriptor of a process: of a file that `fits`, where it has one; now and then any number. */
export function descriptor(
  task: Task,
  choice: number,
  fits: (file: OpenFile) => boolean = () => true,
): number {
  if (choice % mistakes === 0) return (choice % 50) - 2;
  const { numbers } = task.files;
  const fitting = numbers.filter((fd) => {
    const file = task.files.raw(fd);
    return file !== undefined && fits(file);
  });
  return pick(fitting, choice) ?? pick(numbers, choice) ?? 0;
}

/** A descriptor that leads to a buffer, most often. */
export function bufferDescriptor(task: Task, choice: number): number {
  return descriptor(task, choice, (file) => file instanceof DmaBufFile);
}

/** A descriptor whose path begins so, most often. */
export function descriptorOf(task: Task, choice: number, start: string): number {
  return descriptor(task, choice, (file) => file.path.startsWith(start));
}

/** A mapping of a file, or none. */
export function mapping(task: Task, choice: number): VmArea | undefined {
  return pick(
    task.memory.areas.filter((area) => area.file !== undefined),
    choice,
  );
}

/** Little-endian words of 32 bits. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setInt32(index * 4, value, true);
  });
  return bytes;
}
