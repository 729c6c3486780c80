import { formatPosition } from '../base/position.ts';
import type { Failure, ProcessOutcome } from '../userland/workload/outcome.ts';
import type { AreaTimeline } from '../whatif/area-timeline.ts';
import type { Finding, Report, ReportCase, ReportSection } from './formats/report.ts';
import { peopleSize } from './people-size.ts';
import type { DrawnPicture } from './pictures/memory-map.ts';
import { drawTimeline } from './pictures/timeline.ts';
import { relianceText } from './reliance-text.ts';
import type { RunDocument } from './run-json.ts';
import { runText } from './run-text.ts';

/** What a report of a run shows beside its document. */
export interface RunPictures {
  /** The board's memory. */
  readonly map: DrawnPicture;
  readonly timelines: readonly AreaTimeline[];
}

/** A run as a report: a case for each process, leaks and findings of coherency as findings, areas as pictures. */
export function runReport(run: RunDocument, { map, timelines }: RunPictures): Report {
  const reliance = relianceText(run.reliance);
  const failed = new Set(run.failures.map(({ process }) => process)).size;
  const leaks = run.leaks.length === 0 ? '' : `, ${counted(run.leaks.length, 'buffer')} leaked`;
  return {
    command: 'run',
    title: run.board ?? 'devicetree',
    verdict: `${run.processes.length - failed} of ${run.processes.length} ${run.processes.length === 1 ? 'process' : 'processes'} passed${leaks}`,
    passed: run.passed,
    facts: [
      ['release', run.release],
      ['configuration', run.config],
      ['command line', run.bootargs],
      ...(reliance === '' ? [] : [['relies on', reliance] as const]),
    ],
    cases: run.processes.map((process) => caseOf(process, run)),
    findings: findingsOf(run),
    sections: [
      ...timelines.filter(({ moments }) => moments > 2).map(timelineSection),
      usage(run),
      mapSection(map),
    ],
    document: run,
    text: (colours) => runText(run, colours),
  };
}

/** The picture of the area that saw most; undefined where nothing happened in any. */
export function busiestTimeline(timelines: readonly AreaTimeline[]): DrawnPicture | undefined {
  const [busiest] = [...timelines].sort(
    (one, other) => other.runs.length + other.failures.length - one.runs.length - one.failures.length,
  );
  return busiest === undefined ? undefined : drawTimeline(busiest);
}

function caseOf({ name, job }: ProcessOutcome, { failures }: RunDocument): ReportCase {
  const own = failures.filter(({ process }) => process === name);
  const [first] = own;
  if (first === undefined) return { suite: job, name, verdict: 'passed' };
  return {
    suite: job,
    name,
    verdict: 'failed',
    message: `${first.step}: ${first.problem}`,
    details: [...first.why, ...own.slice(1).flatMap(failureLines)],
    position: first.position,
  };
}

function failureLines({ position, step, problem, why }: Failure): readonly string[] {
  const place = position === undefined ? '' : `${formatPosition(position)}: `;
  return [`${place}${step}: ${problem}`, ...why.map((reason) => `  ${reason}`)];
}

function findingsOf({ leaks, findings }: RunDocument): readonly Finding[] {
  return [
    ...leaks.map(
      ({ process, heap, sizeBytes, position, step }): Finding => ({
        id: 'buffer-leaked',
        severity: 'warning',
        message: `${process} ended without closing a buffer of ${peopleSize(sizeBytes)} of ${heap}${step === undefined ? '' : `, made by ${step}`}`,
        explanation:
          'A buffer lives until its last holder lets it go. Here the holder vanished with its process.',
        subject: heap,
        position,
      }),
    ),
    ...findings.map(
      ({ id, text, process, position }): Finding => ({
        id,
        severity: 'warning',
        message: process === undefined ? text : `${process}: ${text}`,
        position,
      }),
    ),
  ];
}

function timelineSection(timeline: AreaTimeline): ReportSection {
  const { runs, failures } = timeline;
  const buffers = new Set(runs.map(({ buffer }) => buffer).filter((buffer) => buffer !== undefined)).size;
  return {
    title: `Area ${timeline.area} over the run`,
    note: `${counted(buffers, 'buffer')}, ${counted(failures.length, 'request')} refused. From left to right: each buffer that came or went.`,
    picture: drawTimeline(timeline).svg,
  };
}

function usage({ areas, heaps }: RunDocument): ReportSection {
  return {
    title: 'Peak use',
    table: {
      head: ['', 'at most', 'of'],
      rows: [
        ...areas.map(({ name, peakBytes, sizeBytes }) => [
          `area ${name}`,
          peopleSize(peakBytes),
          peopleSize(sizeBytes),
        ]),
        ...heaps.map(({ name, peakBytes }) => [`heap ${name}`, peopleSize(peakBytes), '']),
      ],
    },
  };
}

function mapSection({ svg }: DrawnPicture): ReportSection {
  return { title: 'Memory', picture: svg };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
