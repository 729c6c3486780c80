import { posix } from 'node:path';

/** Folders and files of the board that stand in front of the host's, whether or not the host has them. */
export const redirectedPaths: readonly string[] = [
  '/dev/dma_heap',
  '/dev/udmabuf',
  '/sys/class/dma_heap',
  '/sys/devices/virtual/dma_heap',
  '/sys/kernel/mm/cma',
  '/sys/kernel/dmabuf',
  '/sys/kernel/debug/cma',
  '/sys/kernel/debug/dma_buf',
  '/sys/kernel/debug/sync',
];

/** Files of the host in which lines of the board replace those of the same name. */
export const mergedFiles: ReadonlyMap<string, RegExp> = new Map([['/proc/meminfo', /^Cma\w*:/]]);

/** First components of all the above: other paths are the host's at a glance. */
const tops = ['/dev', '/sys', '/proc'];

/** Whether an absolute path may lead to the board, before anything is looked up. */
export function mayBeRedirected(path: string): boolean {
  return tops.some((top) => path.startsWith(top)) || path.includes('/..') || path.includes('//');
}

/** An absolute path without `.`, `..` and doubled or trailing slashes; links of the host are not followed. */
export function normalised(path: string): string {
  const plain = posix.normalize(path);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

/** Whether a normalised path is the board's. */
export function isRedirected(path: string): boolean {
  return mergedFiles.has(path) || redirectedPaths.some((top) => path === top || path.startsWith(`${top}/`));
}

/** `/proc/self/fd/3`, `/proc/17/fd/3`, `/dev/fd/3`: the descriptor that is meant, and of which process. */
export function descriptorPath(
  path: string,
): { readonly process: string | undefined; readonly fd: number } | undefined {
  const match = /^\/(?:proc\/(self|thread-self|\d+)(?:\/task\/\d+)?|dev)\/fd\/(\d+)$/.exec(path);
  if (match === null) return undefined;
  const process = match[1] === 'self' || match[1] === 'thread-self' ? undefined : match[1];
  return { process, fd: Number(match[2]) };
}

/** `/proc/self/fdinfo/3`: the descriptor that is told about, and of which process. */
export function descriptorFactsPath(path: string): ReturnType<typeof descriptorPath> {
  return path.includes('/fdinfo/') ? descriptorPath(path.replace('/fdinfo/', '/fd/')) : undefined;
}

/** Text of the host with the lines that a pattern names taken from the board. */
export function mergeLines(host: string, board: string, pattern: RegExp): string {
  const ours = board.split('\n').filter((line) => pattern.test(line));
  const theirs = host.split('\n').filter((line) => !pattern.test(line) && line !== '');
  return `${[...theirs, ...ours].join('\n')}\n`;
}
