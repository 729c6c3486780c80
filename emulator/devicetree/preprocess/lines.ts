/** A logical line: continued lines joined, comments gone. */
export interface LogicalLine {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** How many lines of the file it takes. */
  readonly height: number;
  readonly text: string;
  /** The directive's name, where it is one. */
  readonly directive: string | undefined;
  /** What follows the directive's name. */
  readonly rest: string;
}

const directives = new Set(
  'define undef include if ifdef ifndef elif else endif error warning pragma line'.split(' '),
);

// Other `#` lines are text: devicetrees are full of properties like #address-cells.
const directivePattern = /^[ \t\f\v]*#[ \t]*([a-z]+)(?![\w,.+?#-])([\s\S]*)$/;

/** Splits a text into logical lines. Fails nowhere: an open comment ends with the file. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const physical = text.split('\n');
  if (physical.at(-1) === '') physical.pop();
  const lines: LogicalLine[] = [];
  for (let index = 0; index < physical.length; ) {
    const first = index;
    const pieces: string[] = [];
    let isOpen = false;
    do {
      const spliced = splice(physical, index);
      index = spliced.next;
      const stripped = stripComments(spliced.text, isOpen);
      pieces.push(stripped.text);
      isOpen = stripped.open;
    } while (isOpen && index < physical.length);
    lines.push(classify(first + 1, index - first, pieces.join('')));
  }
  return lines;
}

const continuation = /\\[ \t\r]*$/;

/** Joins a line with those that it is continued by; `next` is the line behind them. */
function splice(physical: readonly string[], from: number): { readonly text: string; readonly next: number } {
  let next = from + 1;
  const first = physical[from] ?? '';
  if (!continuation.test(first)) return { text: first, next };
  const pieces = [first.replace(continuation, '')];
  for (let isContinued = true; isContinued && next < physical.length; next++) {
    const piece = physical[next] ?? '';
    isContinued = continuation.test(piece);
    pieces.push(isContinued && next + 1 < physical.length ? piece.replace(continuation, '') : piece);
  }
  return { text: pieces.join(''), next };
}

function classify(line: number, height: number, text: string): LogicalLine {
  const match = text.includes('#') ? directivePattern.exec(text) : null;
  const name = match?.[1];
  if (name === undefined || !directives.has(name))
    return { line, height, text, directive: undefined, rest: '' };
  return { line, height, text: '', directive: name, rest: (match?.[2] ?? '').trim() };
}

const quoteOrComment = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["'].*|\/\*|\/\/.*/g;

/**
 * Replaces each comment by a space, put where it ends. `isOpen` tells that the line begins inside of a comment; `open`
 * of the result, that one goes on in the next line.
 */
function stripComments(line: string, isOpen: boolean): { readonly text: string; readonly open: boolean } {
  if (!isOpen && !line.includes('/*') && !line.includes('//')) return { text: line, open: false };
  let text = '';
  let from = 0;
  if (isOpen) {
    const end = line.indexOf('*/');
    if (end < 0) return { text, open: true };
    text = ' ';
    from = end + 2;
  }
  quoteOrComment.lastIndex = from;
  for (let match = quoteOrComment.exec(line); match !== null; match = quoteOrComment.exec(line)) {
    const found = match[0];
    if (found.startsWith('//')) return { text: text + line.slice(from, match.index), open: false };
    if (found !== '/*') continue;
    text += line.slice(from, match.index);
    const end = line.indexOf('*/', match.index + 2);
    if (end < 0) return { text, open: true };
    text += ' ';
    from = end + 2;
    quoteOrComment.lastIndex = from;
  }
  return { text: text + line.slice(from), open: false };
}
