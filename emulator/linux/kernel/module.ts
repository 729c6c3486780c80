import type { Kernel } from '../init/kernel.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { type ModuleDefinition, moduleDefinitions } from './module/index.ts';
import { loadedBytes, type ModuleImage } from './module/module-image.ts';
import { readModuleImage } from './module/read-image.ts';
import { type ExportedSymbol, exportedSymbols, isModelledSymbol } from './module/symbols.ts';
import { addModuleFolder, dropModuleFolder } from './module/sysfs.ts';
import { versionMagic } from './module/version-magic.ts';

/** A module that is loaded. Plays struct module. */
export interface LoadedModule {
  readonly name: string;
  readonly image: ModuleImage;
  /** undefined for code that the emulator has not got. */
  readonly definition: ModuleDefinition | undefined;
  /** What it takes in memory. */
  readonly sizeBytes: number;
  /** What it was given, by parameter. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The loaded modules whose symbols it uses. */
  readonly uses: readonly LoadedModule[];
  /** Names of the heaps that its init added. */
  readonly heaps: readonly string[];
}

/** Flags of finit_module(): include/uapi/linux/module.h. */
const MODULE_INIT_IGNORE_MODVERSIONS = 1;
const MODULE_INIT_IGNORE_VERMAGIC = 2;
const knownFlags = MODULE_INIT_IGNORE_MODVERSIONS | MODULE_INIT_IGNORE_VERMAGIC;
/** MODULE_NAME_LEN on 64 bits. */
const longestName = 56;

/**
 * The modules of a running kernel. Plays kernel/module/main.c (kernel/module.c) of 5.6 to 7.3.
 * Deviations: code is not run but known by the module's name; signatures and symbol versions are not checked.
 */
export class Modules {
  readonly #loaded = new Map<string, LoadedModule>();
  readonly #definitions = new Map<string, ModuleDefinition>(moduleDefinitions);
  readonly #files = new Map<string, Uint8Array>();
  /** Heaps by the module that brought them; they stay when it goes. */
  readonly #heaps = new Map<string, string[]>();

  /** What is loaded, newest first, as /proc/modules lists it. */
  get all(): readonly LoadedModule[] {
    return [...this.#loaded.values()].reverse();
  }

  /** Everything whose code is there to be loaded or is built in, by name. */
  get definitions(): ReadonlyMap<string, ModuleDefinition> {
    return this.#definitions;
  }

  /** Adds code that can be loaded; false where the name is taken. */
  define(definition: ModuleDefinition): boolean {
    if (this.#definitions.has(definition.name)) return false;
    this.#definitions.set(definition.name, definition);
    return true;
  }

  get(name: string): LoadedModule | undefined {
    return this.#loaded.get(name);
  }

  /** Real module files that stand in /lib/modules in place of the emulator's own, by module name. */
  get givenFiles(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  give(name: string, file: Uint8Array): void {
    this.#files.set(name, file);
  }

  /** module_refcount(): live buffers whose exporter it is, and modules that use it. */
  references(module: LoadedModule, kernel: Kernel): number {
    const heaps = new Set(module.heaps);
    const buffers = kernel.dmaBufs.live.filter(
      ({ heapName }) => heapName !== undefined && heaps.has(heapName),
    );
    return buffers.length + this.usersOf(module).length;
  }

  /** The modules that use symbols of one. */
  usersOf(module: LoadedModule): readonly LoadedModule[] {
    return this.all.filter(({ uses }) => uses.includes(module));
  }

  /** load_module(): 0, or -errno with what the kernel prints. */
  load(kernel: Kernel, file: Uint8Array, parameters: string, flags = 0): Errno {
    if ((flags & ~knownFlags) !== 0) return -errno.EINVAL;
    const image = readModuleImage(file);
    if (image === undefined || file.length === 0) return -errno.ENOEXEC;
    const magic = this.#checkMagic(kernel, image, flags);
    if (magic < 0) return magic;
    if (this.#loaded.has(image.name)) return -errno.EEXIST;
    if (!image.inTree) {
      kernel.log.warn(`${image.name}: loading out-of-tree module taints kernel.`);
    }
    const resolved = this.#resolve(kernel, image);
    if (typeof resolved === 'number') return resolved;
    return this.#initialise(kernel, image, resolved, readParameters(kernel, image, parameters));
  }

  #checkMagic(kernel: Kernel, image: ModuleImage, flags: number): Errno {
    if ((flags & MODULE_INIT_IGNORE_VERMAGIC) !== 0) return 0;
    const own = versionMagic(kernel.release.version, kernel.config);
    if (image.versionMagic === own || this.#isGiven(kernel, image)) return 0;
    kernel.log.err(`${image.name}: version magic '${image.versionMagic}' should be '${own}'`);
    return -errno.ENOEXEC;
  }

  /** A file that the user gave counts as built for the kernel that runs, where its series is that kernel's. */
  #isGiven(kernel: Kernel, image: ModuleImage): boolean {
    const series = /^\d+\.\d+/;
    const [built] = series.exec(image.versionMagic) ?? [];
    const [running] = series.exec(kernel.release.version) ?? [];
    return this.#files.has(image.name) && built !== undefined && built === running;
  }

  /** simplify_symbols(): every unknown symbol is told, the last one's error counts. */
  #resolve(kernel: Kernel, image: ModuleImage): readonly LoadedModule[] | Errno {
    const exported = exportedSymbols(kernel.release.behaviours);
    const uses = new Set<LoadedModule>();
    let result: Errno = 0;
    for (const name of image.needs) {
      const owner = this.#ownerOf(name);
      const symbol = exported.get(name) ?? owner?.symbol;
      if (symbol === undefined && !isModelledSymbol(name)) continue;
      const error =
        symbol === undefined || !isGpl(image.license) ? -errno.ENOENT : checkNamespace(kernel, image, symbol);
      if (error === 0 && owner !== undefined) uses.add(owner.module);
      if (error === 0) continue;
      kernel.log.warn(`${image.name}: Unknown symbol ${name} (err ${error})`);
      result = error;
    }
    return result < 0 ? result : [...uses];
  }

  #ownerOf(name: string): { readonly module: LoadedModule; readonly symbol: ExportedSymbol } | undefined {
    for (const module of this.#loaded.values()) {
      const symbol = module.definition?.exports?.find((one) => one.name === name);
      if (symbol !== undefined) return { module, symbol };
    }
    return undefined;
  }

  /** do_init_module(): a module whose init fails is gone again. */
  #initialise(
    kernel: Kernel,
    image: ModuleImage,
    uses: readonly LoadedModule[],
    parameters: ReadonlyMap<string, string>,
  ): Errno {
    const definition = this.#definitions.get(image.name);
    const heaps = this.#heaps.get(image.name) ?? [];
    this.#heaps.set(image.name, heaps);
    const module: LoadedModule = {
      name: image.name,
      image,
      definition,
      sizeBytes: loadedBytes(image.sections, kernel.pageSizeBytes),
      parameters,
      uses,
      heaps,
    };
    this.#loaded.set(module.name, module);
    const before = kernel.dmaHeaps.all.length;
    const result = definition === undefined ? notModelled(kernel, image) : definition.init(kernel);
    heaps.push(...kernel.dmaHeaps.all.slice(before).map(({ name }) => name));
    if (result < 0) {
      this.#loaded.delete(module.name);
      return result;
    }
    addModuleFolder(kernel, module);
    return 0;
  }

  /** delete_module(), behind the check of privileges. */
  unload(kernel: Kernel, name: string): Errno {
    if (name === '' || name.length >= longestName) return -errno.ENOENT;
    const module = this.#loaded.get(name);
    if (module === undefined) return -errno.ENOENT;
    if (this.usersOf(module).length > 0) return -errno.EAGAIN;
    if (module.definition?.exit === undefined) return -errno.EBUSY;
    if (this.references(module, kernel) > 0) return -errno.EAGAIN;
    module.definition.exit(kernel);
    this.#loaded.delete(name);
    dropModuleFolder(kernel, module);
    return 0;
  }
}

function notModelled(kernel: Kernel, image: ModuleImage): Errno {
  kernel.log.info(`${image.name}: what this module does is not modelled`);
  return 0;
}

/** license_is_gpl_compatible() */
function isGpl(license: string): boolean {
  return /^(?:GPL(?: v2| and additional rights)?|Dual (?:BSD|MIT|MPL)\/GPL)$/.test(license);
}

/** verify_namespace_is_imported() */
function checkNamespace(kernel: Kernel, image: ModuleImage, { name, namespace }: ExportedSymbol): Errno {
  if (namespace === undefined || image.imports.includes(namespace)) return 0;
  const text = `${image.name}: module uses symbol (${name}) from namespace ${namespace}, but does not import it.`;
  if (kernel.config.enabled('MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS')) {
    kernel.log.warn(text);
    return 0;
  }
  kernel.log.err(text);
  return -errno.EINVAL;
}

/** parse_args(): what the module knows; the rest is told and ignored. */
function readParameters(kernel: Kernel, image: ModuleImage, text: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).replaceAll('-', '_');
    if (image.parameters.includes(name)) given.set(name, equals < 0 ? 'Y' : word.slice(equals + 1));
    else kernel.log.warn(`${image.name}: unknown parameter '${name}' ignored`);
  }
  return given;
}
