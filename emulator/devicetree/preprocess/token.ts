/** What a piece of text is to the preprocessor. */
export type TokenKind = 'identifier' | 'number' | 'string' | 'punctuator' | 'newline';

/** A preprocessing token. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Whether white space comes before it. */
  readonly spaced: boolean;
  /** Names that must not be expanded here any more, for they led to this token. */
  readonly hidden?: ReadonlySet<string>;
}

/**
 * White space, identifier, number, string, other. Numbers are C's preprocessing numbers: `0xff`, `1e000000`, `12abc`.
 * A quote without its partner makes one token of the rest of the line, as for assembler sources.
 */
const piece =
  /([ \t\f\v\r]+)|([A-Za-z_$][\w$]*)|(\.?\d(?:[eE][+-]|[\w.$])*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|["'].*)|(##|&&|\|\||<<|>>|[<>=!]=|\.\.\.|[\s\S])/y;

/** Splits one logical line, without comments, into tokens. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let spaced = false;
  piece.lastIndex = 0;
  for (let match = piece.exec(line); match !== null; match = piece.exec(line)) {
    const [text, space, identifier, number, string] = match;
    if (space !== undefined) {
      spaced = true;
      continue;
    }
    const kind =
      identifier !== undefined
        ? 'identifier'
        : number !== undefined
          ? 'number'
          : string !== undefined
            ? 'string'
            : 'punctuator';
    tokens.push({ kind, text, spaced });
    spaced = false;
    if (piece.lastIndex >= line.length) break;
  }
  return tokens;
}

const wordEnd = /[\w$]$/;
const wordStart = /^[\w$]/;
const doubling = new Set(['+', '-', '&', '|', '<', '>', '=', '#']);

/** Whether two tokens that stood apart would become one if they were printed without a space. */
function wouldJoin(before: string, after: string): boolean {
  if (wordEnd.test(before) && wordStart.test(after)) return true;
  const last = before.at(-1) ?? '';
  return doubling.has(last) && after.startsWith(last);
}

/** Prints tokens as text; a space goes where there was one, and where two tokens would become one. */
export function printTokens(tokens: readonly Token[]): string {
  let text = '';
  let before = '';
  for (const token of tokens) {
    if (token.kind === 'newline') text += '\n';
    else text += (token.spaced || wouldJoin(before, token.text) ? ' ' : '') + token.text;
    before = token.kind === 'newline' ? '' : token.text;
  }
  return text;
}
