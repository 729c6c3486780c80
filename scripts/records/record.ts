import * as z from 'zod';

const range = z.string().regex(/^0x[0-9a-f]+\+0x[0-9a-f]+$/, 'expected BASE+SIZE in hex');
const address = z.string().regex(/^0x[0-9a-f]+$/, 'expected an address in hex');

/** What else a boot depended on, beside tree and command line. */
const runSchema = z.strictObject({
  /** A configuration of the folder, by name. */
  config: z.string(),
  kernelImage: range,
  initrd: range,
  dtbAt: range,
});

const heapSchema = z.strictObject({
  name: z.string(),
  major: z.int(),
  minor: z.int(),
  /** As stat(2) gives it, octal: type bits and permissions. */
  mode: z.string().regex(/^[0-7]+$/),
});

const areaSchema = z.strictObject({
  name: z.string(),
  /** The name was read from a folder of debugfs that holds its beginning only. */
  nameCut: z.boolean().optional(),
  base: address,
  size: address,
  usedPages: z.int(),
});

const logLineSchema = z.strictObject({
  /** Absent where the line was taken from the console. */
  level: z.int().min(0).max(7).optional(),
  text: z.string(),
});

/** One boot of a real kernel: what went in and what came out. */
export const bootRecordSchema = z.strictObject({
  name: z.string(),
  note: z.string(),
  kernel: z.string(),
  pageSize: z.int(),
  /** The size of the RAM as it was given to the machine; the tree's memory node says it too. */
  ram: z.string(),
  bootargs: z.string(),
  /** Null where it is not known: such a boot is a record of memory layout only. */
  run: runSchema.nullable(),
  /** The part of the tree that the experiment added. */
  fragment: z.string(),
  /** The whole devicetree source. */
  tree: z.string(),
  booted: z.boolean(),
  completed: z.boolean(),
  heaps: z.array(heapSchema),
  areas: z.array(areaSchema),
  meminfoKiB: z.record(z.string(), z.int()),
  /** First and last byte of what memblock held reserved when it handed over to the page allocator. */
  memblockReservedAtEnd: z.array(z.tuple([address, address])),
  log: z.array(logLineSchema),
  /** Files and listings that were read after the boot: `file:/proc/devices`, `ls:/dev/dma_heap`, … */
  files: z.record(z.string(), z.string()).optional(),
});

export type BootRecord = z.infer<typeof bootRecordSchema>;
export type RecordedRun = z.infer<typeof runSchema>;
export type RecordedArea = z.infer<typeof areaSchema>;
export type RecordedLogLine = z.infer<typeof logLineSchema>;

/** One system call of the probe and its answer; what else was seen depends on the case. */
export const callRecordSchema = z.looseObject({
  case: z.string(),
  /** The heap that the case ran on; empty where it ran on none. */
  heap: z.string(),
  args: z.record(z.string(), z.json()),
  ret: z.number(),
  /** The name of the error; empty on success. */
  errno: z.string(),
});

export type CallRecord = z.infer<typeof callRecordSchema>;

/** A folder of records, whatever its form. */
export interface Records {
  /** The folder, for messages. */
  readonly folder: string;
  /** The kernels that have boots or calls, oldest first. */
  readonly kernels: readonly string[];
  /** The boots of a kernel, by name. */
  boots(kernel: string): readonly BootRecord[];
  /** One boot by its name; undefined where there is none. */
  boot(kernel: string, name: string): BootRecord | undefined;
  /** The names of the boots of a kernel whose calls were recorded. */
  callNames(kernel: string): readonly string[];
  /** The calls of one boot, in the order in which they were made; undefined where there are none. */
  calls(kernel: string, name: string): readonly CallRecord[] | undefined;
  /** The text of a kernel configuration; undefined where the folder has none of that name. */
  config(name: string): string | undefined;
}
