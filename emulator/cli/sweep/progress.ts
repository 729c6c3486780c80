import { SingleBar } from 'cli-progress';

/** A bar on stderr while a sweep runs, where somebody looks at it. */
export interface Progress {
  show(done: number): void;
  end(): void;
}

/** Points that were done before count as done, but not for the rate. */
export function openProgress(total: number, doneBefore: number, isTerminal: boolean): Progress {
  if (!isTerminal) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} points | {rate}/s | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 200,
    fps: 8,
    barsize: 30,
  });
  const begun = performance.now();
  bar.start(total, doneBefore, { rate: '…' });
  return {
    show(done) {
      const seconds = (performance.now() - begun) / 1000;
      bar.update(done, { rate: Math.round((done - doneBefore) / Math.max(seconds, 0.001)) });
    },
    end: () => bar.stop(),
  };
}
