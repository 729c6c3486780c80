import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BootRecord, Records } from '../record.ts';
import { type BaseTrees, type Experiment, packBoot } from './boot.ts';
import { CallBase } from './calls.ts';
import { reduceConfig, reducesFaithfully } from './config.ts';
import { layout, openCompactFolder } from './folder.ts';
import { baseOfTree, machineName } from './tree.ts';

const jsonLines = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** One base tree a machine: the first of the form that most of its boots have, so that differences stay small. */
function chooseBases(boots: readonly BootRecord[]): BaseTrees {
  const bases = boots.map((boot) => ({
    machine: machineName(boot.ram),
    tree: baseOfTree(boot.tree, boot.fragment) ?? boot.tree,
  }));
  const chosen = [...groupBy(bases, (base) => base.machine)].map(([machine, own]): [string, string] => {
    const forms = [...groupBy(own, (base) => String(base.tree.split('\n').length)).values()];
    const most = forms.reduce((best, form) => (form.length > best.length ? form : best));
    return [machine, most[0]?.tree ?? ''];
  });
  return new Map(chosen.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
}

/**
 * Writes records in the compact form and reads them back: every record must come out as it went in.
 * What else lies in the folder stays; the same records always give the same files.
 */
export function writeCompactFolder(folder: string, records: Records, configNames: readonly string[]): void {
  const write = (path: string, text: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const part of [layout.experiments, layout.trees, layout.boots, layout.calls, layout.configs]) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
  const all = records.kernels.flatMap((kernel) => records.boots(kernel));
  const trees = chooseBases(all);
  for (const [machine, tree] of trees) write(`${layout.trees}/${machine}.dts`, tree);
  const experiments = new Map<string, Experiment>();
  for (const { name, note, ram, fragment } of all) {
    if (!experiments.has(name)) experiments.set(name, { name, note, ram, fragment });
  }
  const inOrder = [...experiments.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  write(layout.experiments, jsonLines(inOrder));
  for (const kernel of records.kernels) {
    const packed = records
      .boots(kernel)
      .map((boot) => packBoot(boot, experiments.get(boot.name) ?? boot, trees));
    if (packed.length > 0) write(`${layout.boots}/${kernel}.jsonl`, jsonLines(packed));
    writeCalls(kernel, records, write);
  }
  for (const name of configNames) {
    const text = records.config(name);
    if (text === undefined) continue;
    if (!reducesFaithfully(text))
      throw new Error(`${name}: a symbol that matters is lost in the reduced form`);
    write(`${layout.configs}/${name}.config`, reduceConfig(text));
  }
  verify(folder, records);
}

function writeCalls(kernel: string, records: Records, write: (path: string, text: string) => void): void {
  const base = new CallBase();
  for (const name of records.callNames(kernel)) {
    write(`${layout.calls}/${kernel}/${name}.jsonl`, jsonLines(base.pack(records.calls(kernel, name) ?? [])));
  }
  if (base.calls.length > 0)
    write(`${layout.calls}/${kernel}/${layout.baseCalls}.jsonl`, jsonLines(base.calls));
}

function verify(folder: string, records: Records): void {
  const written = openCompactFolder(folder);
  for (const kernel of records.kernels) {
    const boots = new Map(written.boots(kernel).map((boot) => [boot.name, boot]));
    for (const boot of records.boots(kernel)) {
      if (!isDeepStrictEqual(boots.get(boot.name), boot))
        throw new Error(`${kernel}/${boot.name}: not stored exactly`);
    }
    for (const name of records.callNames(kernel)) {
      if (!isDeepStrictEqual(written.calls(kernel, name), records.calls(kernel, name))) {
        throw new Error(`the calls of ${kernel}/${name} are not stored exactly`);
      }
    }
  }
}
