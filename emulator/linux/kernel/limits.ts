import {
  RLIM_INFINITY,
  RLIM_NLIMITS,
  RLIMIT_CORE,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_RTPRIO,
  RLIMIT_STACK,
} from '../uapi/resource.ts';

interface Limit {
  readonly soft: bigint;
  readonly hard: bigint;
}

const unlimited: Limit = { soft: RLIM_INFINITY, hard: RLIM_INFINITY };

/** INIT_RLIMITS of include/asm-generic/resource.h, where it limits at all. */
const initial: Readonly<Record<number, Limit>> = {
  [RLIMIT_STACK]: { soft: 8n << 20n, hard: RLIM_INFINITY },
  [RLIMIT_CORE]: { soft: 0n, hard: RLIM_INFINITY },
  [RLIMIT_NOFILE]: { soft: 1024n, hard: 4096n },
  [RLIMIT_MEMLOCK]: { soft: 8n << 20n, hard: 8n << 20n },
  [RLIMIT_MSGQUEUE]: { soft: 819_200n, hard: 819_200n },
  [RLIMIT_NICE]: { soft: 0n, hard: 0n },
  [RLIMIT_RTPRIO]: { soft: 0n, hard: 0n },
};

/** A process's resource limits. Plays the rlim part of struct signal_struct. */
export class Limits {
  readonly #limits: Limit[];
  #files: number;

  constructor(from?: Limits) {
    this.#limits = Array.from(
      { length: RLIM_NLIMITS },
      (_, index) => from?.get(index) ?? initial[index] ?? unlimited,
    );
    this.#files = this.soft(RLIMIT_NOFILE);
  }

  get(resource: number): Limit {
    return this.#limits[resource] ?? unlimited;
  }

  /** The limit that is enforced, as a number; infinite where there is none. */
  soft(resource: number): number {
    const { soft } = this.get(resource);
    return soft === RLIM_INFINITY ? Number.POSITIVE_INFINITY : Number(soft);
  }

  /** RLIMIT_NOFILE: descriptors are below this number. */
  get files(): number {
    return this.#files;
  }

  set(resource: number, limit: Limit): void {
    this.#limits[resource] = limit;
    this.#files = this.soft(RLIMIT_NOFILE);
  }
}
