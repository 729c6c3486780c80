import { memparse } from '../../../lib/cmdline.ts';

/** What `cma=` asked for. */
export interface CmaCommandLine {
  readonly size: bigint;
  /** 0 where no base was given. */
  readonly base: bigint;
  /** End of the allowed range; 0 where none was given. */
  readonly limit: bigint;
}

/**
 * early_cma(): reads one `cma=SIZE[@BASE[-LIMIT]]`. What an earlier `cma=` said of base and limit stays where a
 * later one says nothing of them.
 */
export function readCmaParameter(value: string, before: CmaCommandLine | undefined): CmaCommandLine {
  const size = memparse(value);
  if (!size.rest.startsWith('@')) {
    return { size: size.value, base: before?.base ?? 0n, limit: before?.limit ?? 0n };
  }
  const base = memparse(size.rest.slice(1));
  if (!base.rest.startsWith('-')) {
    return { size: size.value, base: base.value, limit: BigInt.asUintN(64, base.value + size.value) };
  }
  return { size: size.value, base: base.value, limit: memparse(base.rest.slice(1)).value };
}

/** Whether the area must lie exactly at its base. */
export function isFixed(asked: CmaCommandLine): boolean {
  return BigInt.asUintN(64, asked.base + asked.size) === asked.limit;
}
