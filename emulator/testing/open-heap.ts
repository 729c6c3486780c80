import type { Kernel } from '../linux/init/kernel.ts';
import { O_RDWR } from '../linux/uapi/fcntl.ts';
import { type Process, spawnProcess } from '../userland/process.ts';
import { type SmallKernelOptions, smallKernel } from './small-kernel.ts';

/** A small kernel, a process of root on it, and a heap that the process has opened. */
export interface OpenHeap {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly heap: number;
}

/** Boots a small kernel and opens a heap of it. */
export function openHeap(name: string, options: SmallKernelOptions = {}, flags = O_RDWR): OpenHeap {
  const kernel = smallKernel(options);
  const process = spawnProcess(kernel);
  return { kernel, process, heap: process.open(`/dev/dma_heap/${name}`, flags) };
}
