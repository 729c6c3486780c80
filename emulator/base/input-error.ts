import { type InputErrorKind, inputErrorTexts } from './input-errors/index.ts';
import { formatPosition, type SourcePosition } from './position.ts';

/** Where a mistake lies and what would help, as far as the reader of the input knows. */
export interface InputErrorContext {
  readonly position?: SourcePosition | undefined;
  /** The devicetree node or the key path of a YAML document that is meant. */
  readonly nodePath?: string | undefined;
  /** One sentence that tells what to do about it. */
  readonly hint?: string | undefined;
}

type Texts = typeof inputErrorTexts;

/**
 * A mistake of the user: bad input or bad usage. It ends the command with one line and exit code 2.
 * The kinds are a closed set, see input-errors/; anything else that is thrown is a bug of ours.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly kind: InputErrorKind;
  readonly position: SourcePosition | undefined;
  readonly nodePath: string | undefined;
  readonly hint: string | undefined;

  constructor(kind: InputErrorKind, text: string, context: InputErrorContext = {}) {
    const where = context.position === undefined ? '' : `${formatPosition(context.position)}: `;
    const node = context.nodePath === undefined ? '' : ` (${context.nodePath})`;
    const hint = context.hint === undefined ? '' : `; ${context.hint}`;
    super(`${where}${text}${node}${hint}`);
    this.kind = kind;
    this.position = context.position;
    this.nodePath = context.nodePath;
    this.hint = context.hint;
  }
}

/** Builds the error of one kind; its text is made from `facts` by the catalogue. */
export function inputError<Kind extends InputErrorKind>(
  kind: Kind,
  facts: Parameters<Texts[Kind]>[0],
  context: InputErrorContext = {},
): InputError {
  const text = inputErrorTexts[kind] as (facts: Parameters<Texts[Kind]>[0]) => string;
  return new InputError(kind, text(facts), context);
}
