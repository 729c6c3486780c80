/** A driver that the board has beside the modelled ones, and what it allocates when it probes. */
export interface DriverPlan {
  /** Path of its device's node. */
  readonly node: string;
  /** Its name; taken from the node's compatible where it is absent. */
  readonly name: string | undefined;
  /** Virtual time of its probe, from the kernel's start. */
  readonly atNs: bigint;
  /** What it allocates, in that order, and keeps. */
  readonly allocations: readonly bigint[];
  /** Which entry of `memory-region` it asks for. */
  readonly region: number | string | 'none';
  readonly dmaBits: number | undefined;
}

/** The uses of protected memory that a trusted environment may offer. */
export const protectedUses = ['secure-video', 'trusted-ui', 'secure-video-record'] as const;

export type ProtectedUse = (typeof protectedUses)[number];

/** What the trusted environment offers. */
export interface TeeFacts {
  /** Memory that it owns; undefined where it has none of its own. */
  readonly staticPool: { readonly baseBytes: bigint; readonly sizeBytes: bigint } | undefined;
  /** Size of the pool that it wants lent; undefined where it cannot take any. */
  readonly dynamicBytes: bigint | undefined;
  readonly uses: readonly ProtectedUse[];
}

/** Virtual time at which drivers probe: the kernel runs their initcalls around then, long before the first process. */
export const usualProbeNs = 200_000_000n;
