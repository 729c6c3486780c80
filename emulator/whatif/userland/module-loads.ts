import { inputError } from '../../base/input-error.ts';
import { addGivenModule } from '../../linux/init/initramfs.ts';
import { modprobe } from '../../userland/kmod/tools.ts';
import type { System } from '../system.ts';

/** A module that is to be loaded after the boot. */
export interface ModuleLoad {
  readonly name: string;
  /** Time since the kernel's first instruction; before the first program where it is absent. */
  readonly atNanoseconds: bigint | undefined;
}

/** A module file that the user gave. */
export interface ModuleFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What became of one load. */
export interface ModuleLoadReport {
  readonly name: string;
  readonly exitCode: number;
  /** What modprobe printed. */
  readonly messages: readonly string[];
}

const units: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3 };

/** Reads `cma_heap@2.5s`; undefined where it has another form. */
export function parseModuleLoad(text: string): ModuleLoad | undefined {
  const [, name, amount, unit] = /^([\w-]+)(?:@(\d+(?:\.\d+)?)(s|ms|us))?$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const scale = units[unit ?? ''];
  const atNanoseconds =
    amount === undefined || scale === undefined ? undefined : BigInt(Math.round(Number(amount) * scale));
  return { name: name.replaceAll('-', '_'), atNanoseconds };
}

/** Puts given files into place; one that is no module is an InputError. */
export function addModuleFiles(system: System, files: readonly ModuleFile[]): void {
  const { kernel } = system;
  if (kernel === undefined) return;
  for (const { file, bytes } of files)
    if (addGivenModule(kernel, bytes) === undefined) throw inputError('module-file-broken', { file });
}

/** Loads modules now, or at their time. A name that nobody knows, or that comes twice, is an InputError. */
export function loadModules(system: System, loads: readonly ModuleLoad[]): void {
  const { kernel } = system;
  if (kernel === undefined || loads.length === 0) return;
  const known = [...new Set([...kernel.modules.definitions.keys(), ...kernel.modules.givenFiles.keys()])];
  const unknown = loads.find(({ name }) => !known.includes(name));
  if (unknown !== undefined) throw inputError('module-unknown', { name: unknown.name, known });
  const twice = loads.find(({ name }, index) => loads.findIndex((load) => load.name === name) < index);
  if (twice !== undefined) throw inputError('module-twice', { name: twice.name });
  for (const { name, atNanoseconds } of loads) {
    if (atNanoseconds === undefined || atNanoseconds <= kernel.clock.now) runModprobe(system, name);
    else kernel.timers.at(atNanoseconds, () => runModprobe(system, name));
  }
}

function runModprobe(system: System, name: string): void {
  const process = system.spawn({}, 'modprobe');
  const { exitCode, stderr } = modprobe(process, name);
  process.exit(exitCode);
  system.moduleLoads.push({ name, exitCode, messages: stderr });
  system.environment.decisions.note({
    subject: `module:${name}`,
    rule: 'modules/load',
    outcome: exitCode === 0 ? `modprobe ${name} has loaded it` : stderr.join('; '),
    evidence: 'inferred',
  });
}

/** When the last load is due that still has to come. */
export function lastLoadAt(loads: readonly ModuleLoad[]): bigint {
  return loads.reduce((last, { atNanoseconds = 0n }) => (atNanoseconds > last ? atNanoseconds : last), 0n);
}
