import type { Kernel } from '../../init/kernel.ts';
import type { Behaviours } from '../../releases.ts';
import type { Errno } from '../../uapi/errno.ts';
import type { ExportedSymbol } from './symbols.ts';

/** Code that can be linked into the kernel or be loaded later: what the Makefile and the source say of it. */
export interface ModuleDefinition {
  /** `cma_heap` */
  readonly name: string;
  readonly description: string;
  /** The Kconfig symbol that decides, without CONFIG_; undefined for what is always a module. */
  readonly symbol: string | undefined;
  /** Below the folder `kernel` of the modules (`extra/` stands beside it), without the ending: `drivers/dma-buf/heaps/cma_heap`. */
  readonly path: string;
  /** Modules that must be there first. */
  readonly depends?: readonly string[];
  /** What it uses, and which namespaces it imports for that. */
  readonly needs: (behaviours: Behaviours) => readonly string[];
  readonly imports: (behaviours: Behaviours) => readonly string[];
  /** What it offers to other modules. */
  readonly exports?: readonly ExportedSymbol[];
  /** Whether the release has this code at all. */
  readonly exists: (behaviours: Behaviours) => boolean;
  /** Whether the release's Kconfig lets it be `m`. */
  readonly isTristate: (behaviours: Behaviours) => boolean;
  /** Parameters by name, with what sysfs shows. */
  readonly parameters?: readonly string[];
  /** About how much the code takes, in bytes before rounding to pages; an estimate. */
  readonly estimate: {
    readonly textBytes: number;
    readonly constantBytes: number;
    readonly dataBytes: number;
  };
  /** module_init(): 0, or -errno, and the module is gone again. */
  readonly init: (kernel: Kernel) => Errno;
  /** module_exit(); a module without one stays for good. */
  readonly exit?: (kernel: Kernel) => void;
}
