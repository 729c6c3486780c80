import pc from 'picocolors';
import type { CompareDocument, ComparedColumn } from '../whatif/compare/compare.ts';
import type { DriverForm } from '../whatif/compare/forms.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** A row of the table: each subject's cell may have several lines. */
interface Row {
  readonly title: string;
  cell(column: ComparedColumn): string | readonly string[];
}

const rows: readonly Row[] = [
  { title: 'release', cell: ({ release, booted }) => (booted ? release : `${release}, panics`) },
  { title: 'RAM', cell: ({ ram }) => peopleSize(ram.totalBytes) },
  { title: '  usable', cell: ({ ram }) => peopleSize(ram.usableBytes) },
  { title: '  reserved by regions', cell: ({ ram }) => peopleSize(ram.reservedBytes) },
  { title: '  lost to kernel and map', cell: ({ ram }) => peopleSize(ram.lostBytes) },
  {
    title: 'CMA areas',
    cell: ({ areas }) =>
      areas.map(({ name, size, isDefault }) => `${name} ${peopleSize(size)}${isDefault ? ', default' : ''}`),
  },
  ...['none', 'explicit', 'release', 'all'].map(
    (policy): Row => ({
      title: `CMA heaps, ${policy}`,
      cell: (column) => {
        const heaps = (column.heapsByPolicy[policy] ?? []).map((name) =>
          column.notInMainline.includes(name) ? `${name} (not in mainline)` : name,
        );
        return column.policy === policy ? heaps.map((name) => `${name} *`) : heaps;
      },
    }),
  ),
  {
    title: 'devices with DMA',
    cell: ({ devices }) => {
      const enabled = devices.filter((device) => device.enabled);
      const translated = enabled.filter(({ iommus }) => iommus.length > 0);
      return translated.length === 0
        ? `${enabled.length}, no IOMMU`
        : `${enabled.length}, ${translated.length} behind an IOMMU`;
    },
  },
  {
    title: '  need contiguous memory',
    cell: ({ devices, contiguousDevices }) =>
      contiguousDevices.map((path) => {
        const device = devices.find(({ node }) => node === path);
        const below = device?.below === undefined ? '' : `, below ${device.below}`;
        return `${path}${below}${device?.described === false ? ' (downstream)' : ''}`;
      }),
  },
  { title: 'system heap needed', cell: ({ drivers }) => (drivers.system.needed ? 'yes' : 'no') },
  { title: 'CMA heap needed', cell: ({ drivers }) => (drivers.cma.needed ? 'yes' : 'no') },
  { title: 'memory held by CMA', cell: ({ cma }) => peopleSize(cma.heldBytes) },
  { title: '  used at most', cell: ({ cma }) => peopleSize(cma.peakBytes) },
  { title: '  never used', cell: ({ cma }) => peopleSize(cma.idleBytes) },
  {
    title: 'drivers as built',
    cell: ({ modules }) =>
      modules.map(
        ({ name, built, loaded, sizeBytes, size }) =>
          `${name} ${built}${built === 'module' && !loaded ? ', not loaded' : ''}, ${peopleSize(sizeBytes)}${size === 'estimate' ? ' (estimate)' : ''}`,
      ),
  },
  { title: 'CMA heap built in', cell: (column) => formText(column, 'built-in') },
  { title: 'CMA heap as a module', cell: (column) => formText(column, 'module') },
  { title: 'CMA heap absent', cell: (column) => formText(column, 'absent') },
];

/** A comparison as a table, a column for each subject, then what follows and how the logs differ. */
export function compareText(document: CompareDocument, colour: boolean, showLog: boolean): string {
  const colours = pc.createColors(colour);
  const { columns: subjects, conclusions } = document;
  const letters = subjects.some(({ name }) => name.length > 30);
  const head = subjects.map(({ name }, index) => (letters ? letterOf(index) : name));
  const legend = letters ? columns(subjects.map(({ name }, index) => [letterOf(index), name])) : '';
  const body = [...rows, ...answerRows(subjects)].flatMap((row) => linesOf(row, subjects));
  const [headline = '', ...lines] = columns([['', ...head], ...body], '')
    .trimEnd()
    .split('\n');
  const section = (title: string, text: string) => (text === '' ? '' : `\n${colours.bold(title)}\n${text}`);
  return [
    legend === '' ? '' : `${legend}\n`,
    `${colours.bold(headline)}\n`,
    lines.map((line) => `${line}\n`).join(''),
    section('What follows', conclusions.map((line) => `  ${line}\n`).join('')),
    logSections(subjects, showLog, section),
  ].join('');
}

function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + (index % 26));
}

function linesOf({ title, cell }: Row, subjects: readonly ComparedColumn[]): readonly (readonly string[])[] {
  const cells = subjects.map((subject) => {
    const text = cell(subject);
    const list = typeof text === 'string' ? [text] : text;
    return list.length === 0 ? ['none'] : list;
  });
  const height = Math.max(1, ...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) => [
    line === 0 ? title : '',
    ...cells.map((cell) => cell[line] ?? ''),
  ]);
}

/** A row for each consumer and each workload. */
function answerRows(subjects: readonly ComparedColumn[]): readonly Row[] {
  const consumers = subjects[0]?.consumers.map(({ consumer }) => consumer) ?? [];
  const workloads = subjects[0]?.workloads.map(({ workload }) => workload) ?? [];
  const verdict = (passes: boolean | undefined) => (passes === true ? 'passes' : 'fails');
  return [
    ...consumers.map(
      (name): Row => ({
        title: `consumer ${name}`,
        cell: (column) => verdict(column.consumers.find(({ consumer }) => consumer === name)?.passes),
      }),
    ),
    ...workloads.map(
      (name): Row => ({
        title: `workload ${name}`,
        cell: (column) => {
          const result = column.workloads.find(({ workload }) => workload === name);
          return result?.problem === undefined ? verdict(result?.passed) : `fails: ${result.problem}`;
        },
      }),
    ),
  ];
}

function formText({ forms, cma }: ComparedColumn, wanted: DriverForm['form']): string {
  const form = forms.find((one) => one.form === wanted);
  if (form === undefined) return '';
  if (form.impossible !== undefined) {
    const { elsewhere } = form;
    return elsewhere === undefined
      ? 'not in this release'
      : `not in this release; on ${elsewhere.release} ${codeText(elsewhere)}`;
  }
  const code = codeText(form);
  const areas = cma.heldBytes === 0 ? '' : `, ${peopleSize(cma.heldBytes)} in areas`;
  return `${code}${areas}, ${form.passing.length} of ${form.passing.length + form.failing.length} consumers`;
}

function codeText({ codeBytes, size }: DriverForm): string {
  if (codeBytes === 0) return 'no code';
  return `${peopleSize(codeBytes)}${size === 'estimate' ? ' (estimate)' : ''}`;
}

function logSections(
  subjects: readonly ComparedColumn[],
  showLog: boolean,
  section: (title: string, text: string) => string,
): string {
  const [first, ...others] = subjects;
  return others
    .map(({ name, log: { removed, added } }) => {
      const count = `${removed.length} lines of ${first?.name ?? ''} are missing, ${added.length} are new`;
      const lines = [...removed.map((line) => `  - ${line}\n`), ...added.map((line) => `  + ${line}\n`)];
      return section(`Log of ${name}`, `  ${count}\n${showLog ? lines.join('') : ''}`);
    })
    .join('');
}
