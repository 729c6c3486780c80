import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { boardOpenFlags, hostArchitecture } from '../../emulator/userland/native/host/architecture.ts';
import { FixturePrograms, isInstalled } from '../../emulator/userland/native/testing/programs.ts';
import { compareCalls } from '../conformance/calls/compare-calls.ts';
import { parseJson } from '../records/parse.ts';
import { openRecords, ownRecordsFolder } from '../records/read.ts';
import { type CallRecord, callRecordSchema } from '../records/record.ts';
import { runOnRecord } from './on-record.ts';

// Builds the probe for this machine, runs it on boards as real kernels were recorded, and compares every answer. What
// the host forces to be otherwise is listed in fixtures/native/deviations.yaml, as few classes of one call each.

const probeSource = fileURLToPath(new URL('../../fixtures/kernel/probe/probe.c', import.meta.url));
const architecture = hostArchitecture(process.arch);
/** Memory that may be executed and nothing else: whether it can be read is up to the processor. */
const isOfTheProcessor = ({ args }: CallRecord) => process.arch === 'x64' && args.prot === 4;
const list = z
  .array(
    z.strictObject({
      call: z.string(),
      rule: z.string(),
      /** Regular expressions on `case.field arguments`. */
      answers: z.array(z.string()),
    }),
  )
  .parse(parse(readFileSync(new URL('../../fixtures/native/deviations.yaml', import.meta.url), 'utf8')));
const deviations = list.map(({ call, rule, answers }) => ({
  call,
  rule,
  pattern: new RegExp(`^(?:${answers.join('|')})$`),
}));

const record = 'b-dynamic';
const kernels = ['6.1', '6.12', '7.3'];
const mostClasses = 10;
const mostShare = 0.1;

function readCalls(output: string): CallRecord[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('@J {'))
    .map((line) => parseJson(callRecordSchema, line.slice(3), 'the probe'))
    .map(inBoardFlags);
}

/** Open flags have other numbers here than on the recorded boards: they are told in the board's. */
function inBoardFlags(call: CallRecord): CallRecord {
  const translated = (value: unknown) =>
    typeof value === 'number' && value > 0 ? boardOpenFlags(architecture, value) : value;
  const args = call.case === 'open' ? { ...call.args, value: translated(call.args.value) } : call.args;
  const op = typeof call.args.op === 'string' ? call.args.op : '';
  const isFlags = (name: string) => /getfl/.test(name) || (name === 'ret' && /F_GETFL|keeps mode/.test(op));
  const flags = Object.entries(call).filter(([name]) => isFlags(name));
  return callRecordSchema.parse({
    ...call,
    args,
    ...Object.fromEntries(flags.map(([name, value]) => [name, translated(value)])),
  });
}

interface Totals {
  compared: number;
  readonly byDeviation: Map<string, number>;
  readonly unlisted: string[];
}

function count(recorded: readonly CallRecord[], seen: readonly CallRecord[], totals: Totals): void {
  const byCall = new Map<string, string[]>();
  for (const { field, item, equal, recorded: was, emulated: is } of compareCalls(recorded, seen)) {
    const key = `${field.split('.')[0]} ${item}`;
    const known = byCall.get(key) ?? [];
    byCall.set(key, known);
    if (equal) continue;
    const deviation = deviations.find(({ pattern }) => pattern.test(`${field} ${item}`));
    if (deviation === undefined) totals.unlisted.push(`${field} ${item}: recorded ${was}, here ${is}`);
    else known.push(deviation.call);
  }
  totals.compared += byCall.size;
  for (const calls of byCall.values()) {
    for (const call of new Set(calls)) totals.byDeviation.set(call, (totals.byDeviation.get(call) ?? 0) + 1);
  }
}

if (!isInstalled('gcc')) {
  console.log('hosted-probe: skipped: there is no gcc');
} else {
  const programs = new FixturePrograms();
  const records = openRecords(ownRecordsFolder);
  const program = programs.c('probe', ['-static', '-DHOSTED'], probeSource);
  const totals: Totals = { compared: 0, byDeviation: new Map(), unlisted: [] };
  for (const kernel of kernels) {
    const { output, outcome } = await runOnRecord(programs, { kernel, record, program, backend: 'notify' });
    if (outcome.exitCode !== 0)
      totals.unlisted.push(`the probe ended with ${outcome.exitCode ?? outcome.signal}`);
    const recorded = (records.calls(kernel, record) ?? []).filter((call) => !isOfTheProcessor(call));
    count(recorded, readCalls(output), totals);
  }
  programs.remove();
  let deviating = 0;
  for (const { call, rule } of deviations) {
    const times = totals.byDeviation.get(call) ?? 0;
    deviating += times;
    console.log(`${String(times).padStart(6)} ${call}: ${rule}`);
  }
  const share = deviating / totals.compared;
  console.log(`${totals.compared} calls compared, ${deviating} deviate (${(share * 100).toFixed(1)} %)`);
  for (const line of totals.unlisted.slice(0, 6000)) console.log(`not listed: ${line.slice(0, 300)}`);
  if (totals.unlisted.length > 6000) console.log(`… ${totals.unlisted.length} are not listed`);
  const good = totals.unlisted.length === 0 && deviations.length <= mostClasses && share <= mostShare;
  process.exitCode = good ? 0 : 1;
}
