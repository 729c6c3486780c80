import type { Command, OptionTable } from './command.ts';

/** A command in the overview; its code is loaded when it is asked for. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<Command<OptionTable>>;
}

/** All commands by name, in the order of the help. */
export const commands: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    'boot',
    {
      summary: 'Boot a board or a devicetree and show its memory, regions, areas and heaps',
      load: async () => (await import('./commands/boot.ts')).bootCommand,
    },
  ],
  [
    'run',
    {
      summary: 'Boot a board or a devicetree and run workloads and programs on it',
      load: async () => (await import('./commands/run.ts')).runCommand,
    },
  ],
  [
    'exec',
    {
      summary: 'Boot a board or a devicetree and run an unmodified AArch64 or native program on it',
      load: async () => (await import('./commands/exec.ts')).execCommand,
    },
  ],
  [
    'replay',
    {
      summary: 'Make the system calls of a record again, on this or another board, and compare',
      load: async () => (await import('./commands/replay.ts')).replayCommand,
    },
  ],
  [
    'minimize',
    {
      summary: 'Find the fewest calls of a record that still fail',
      load: async () => (await import('./commands/minimize.ts')).minimizeCommand,
    },
  ],
  [
    'test',
    {
      summary: 'Run scenarios: what a change does, expected and seen',
      load: async () => (await import('./commands/test.ts')).testCommand,
    },
  ],
  [
    'devices',
    {
      summary: 'Show which region each device gets, and where its own memory comes from',
      load: async () => (await import('./commands/devices.ts')).devicesCommand,
    },
  ],
  [
    'fit',
    {
      summary: 'Find the smallest CMA size with which workloads pass, and what it rests on',
      load: async () => (await import('./commands/fit.ts')).fitCommand,
    },
  ],
  [
    'explain',
    {
      summary: 'Tell why a region, area, heap or file of a board is as it is, and what would change it',
      load: async () => (await import('./commands/explain.ts')).explainCommand,
    },
  ],
  [
    'check',
    {
      summary: 'Find what will go wrong with a board, and what would put it right',
      load: async () => (await import('./commands/check.ts')).checkCommand,
    },
  ],
  [
    'policies',
    {
      summary: 'Tell which areas become heaps under each export policy, and who could exhaust whom',
      load: async () => (await import('./commands/policies.ts')).policiesCommand,
    },
  ],
  [
    'sweep',
    {
      summary: 'Boot a grid of boards, releases, sizes and workloads on all processors, and tell which pass',
      load: async () => (await import('./commands/sweep.ts')).sweepCommand,
    },
  ],
  [
    'merge',
    {
      summary: 'Put the shards of a sweep together',
      load: async () => (await import('./commands/merge.ts')).mergeCommand,
    },
  ],
  [
    'consumers',
    {
      summary: 'Tell what devices and known programs require of memory, and whether a board gives it',
      load: async () => (await import('./commands/consumers.ts')).consumersCommand,
    },
  ],
  [
    'compare',
    {
      summary: 'Put boards, or variations of one, side by side: memory, heaps, devices, consumers, costs',
      load: async () => (await import('./commands/compare.ts')).compareCommand,
    },
  ],
  [
    'cat',
    {
      summary: 'Print files that programs on a booted board would read, or list its folders',
      load: async () => (await import('./commands/cat.ts')).catCommand,
    },
  ],
  [
    'releases',
    {
      summary: 'List the kernel releases and what each changed, or compare two',
      load: async () => (await import('./commands/releases.ts')).releasesCommand,
    },
  ],
  [
    'dts',
    {
      summary: 'Print the devicetree that a boot would see, as source, or write it as a blob',
      load: async () => (await import('./commands/dts.ts')).dtsCommand,
    },
  ],
  [
    'import',
    {
      summary: "Make a board of a real machine's log, /proc/iomem and /proc/meminfo",
      load: async () => (await import('./commands/import.ts')).importCommand,
    },
  ],
  [
    'boards',
    {
      summary: 'List the boards that come with Heapboard',
      load: async () => (await import('./commands/boards.ts')).boardsCommand,
    },
  ],
  [
    'schema',
    {
      summary: 'Print how workloads and scenarios are written, as JSON Schema for editors',
      load: async () => (await import('./commands/schema.ts')).schemaCommand,
    },
  ],
  [
    'completion',
    {
      summary: 'Print a script that makes the shell complete commands, options and boards',
      load: async () => (await import('./commands/completion.ts')).completionCommand,
    },
  ],
]);
