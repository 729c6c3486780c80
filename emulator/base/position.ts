/** A place in a text that a person wrote. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** Looks a place up. That reads the source once more, so it is left until somebody wants to be told. */
export type FindPosition = () => SourcePosition | undefined;

/** `file:line:column`, as compilers print it, so that editors can jump there. */
export function formatPosition(position: SourcePosition): string {
  const column = position.column === undefined ? '' : `:${position.column}`;
  return `${position.file}:${position.line}${column}`;
}
