import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { HeaderCache } from './include-search.ts';
import { preprocess } from './preprocess.ts';

/** Preprocesses `board.dts` among other files; markers and empty lines are left out of the answer. */
function lines(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const cache = new HeaderCache((path) => files[path]);
  const result = preprocess({ file: 'board.dts', text, includePaths: ['include'], cache });
  return result.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('# '));
}

describe('macros', () => {
  it('stand for their text, in cells, references and names', () => {
    expect(lines('#define IRQ 5\n#define UART uart0\ninterrupts = <IRQ 0x1>;\n&UART {};')).toEqual([
      'interrupts = <5 0x1>;',
      '&uart0 {};',
    ]);
  });

  it('leave strings and parts of numbers alone', () => {
    expect(lines('#define a 1\n#define e2 9\nx = "a b"; node@1e2 { a; };')).toEqual([
      'x = "a b"; node@1e2 { 1; };',
    ]);
  });

  it('take arguments, over several lines too, and nest', () => {
    expect(lines('#define ADD(a, b) ((a) + (b))\nx = <ADD(1,\n\tADD(2, 3))>;')).toEqual([
      'x = <((1) + (((2) + (3))))>;',
    ]);
  });

  it('with parameters are only names where no parenthesis follows', () => {
    expect(lines('#define F(x) x\nF = <F(1)>;')).toEqual(['F = <1>;']);
  });

  it('join with ## and make strings with #', () => {
    expect(lines('#define P(a, b) a##b\n#define S(x) #x\n&P(gpio, 1) { l = S(a "b"  c); };')).toEqual([
      '&gpio1 { l = "a \\"b\\" c"; };',
    ]);
  });

  it('expand arguments before they are put in, but not beside # and ##', () => {
    expect(
      lines('#define N 7\n#define S(x) #x\n#define T(x) S(x)\n#define J(x) N##x\na = S(N), T(N); <J(1)>;'),
    ).toEqual(['a = "N", "7"; <N1>;']);
  });

  it('never expand themselves again', () => {
    expect(lines('#define A B\n#define B A\n#define F(x) F(x) x\nA B F(1)')).toEqual(['A B F(1) 1']);
  });

  it('may be variadic, the comma going where nothing is left', () => {
    expect(
      lines('#define V(f, ...) f, ## __VA_ARGS__\n#define W(f, rest...) f rest\nV(1) V(1, 2, 3) W(a, b, c)'),
    ).toEqual(['1 1, 2, 3 a b, c']);
  });

  it('can be taken back, and given again', () => {
    expect(lines('#define A 1\nA\n#undef A\nA\n#define A 2\nA')).toEqual(['1', 'A', '2']);
  });

  it('may go on over continued lines and hold comments', () => {
    expect(lines('#define A 1 /* one */ \\\n  + 2 // two\nx = <(A)>;')).toEqual(['x = <(1 + 2)>;']);
  });

  it('are counted in their arguments', () => {
    expect(() => lines('#define F(a, b) a\nF(1)')).toThrow(
      'board.dts:2: macro "F" is given 1 arguments, but takes 2',
    );
    expect(() => lines('#define F(a) a\nF(1')).toThrow(
      'board.dts:2: unterminated argument list of macro "F"',
    );
  });
});

describe('text', () => {
  it('keeps properties that begin with a number sign', () => {
    const text = '#address-cells = <2>;\n #size-cells = <1>;\n#define-not = <1>;';
    expect(lines(text)).toEqual(['#address-cells = <2>;', ' #size-cells = <1>;', '#define-not = <1>;']);
  });

  it('loses comments but not what looks like one in a string', () => {
    expect(lines('a = "/* x */ // y"; /* gone\nstill gone */ b; // gone')).toEqual([
      'a = "/* x */ // y";   b; ',
    ]);
  });

  it('takes an unmatched quote as it stands', () => {
    expect(lines("#define s 1\nit's s\ns")).toEqual(["it's s", '1']);
  });

  it('knows its line, its file and that it is a devicetree', () => {
    expect(lines('\n__LINE__ __FILE__ __DTS__')).toEqual(['2 "board.dts" 1']);
  });

  it('is marked with the file and line that it comes from', () => {
    const cache = new HeaderCache((path) => (path === 'a.dtsi' ? 'from a;\n' : undefined));
    const text = preprocess({
      file: 'board.dts',
      text: 'first;\n#include "a.dtsi"\nthird;\n',
      includePaths: [],
      cache,
    });
    expect(text).toBe('# 1 "board.dts"\nfirst;\n# 1 "a.dtsi"\nfrom a;\n# 3 "board.dts"\nthird;\n');
  });
});

describe('conditions', () => {
  const chosen = (condition: string, definitions = '') =>
    lines(`${definitions}\n#if ${condition}\nyes\n#else\nno\n#endif`)[0] === 'yes';

  it('calculate with 64-bit integers as C does', () => {
    expect(chosen('1 + 2 * 3 == 7 && (1 << 4 | 1) == 0x11')).toBe(true);
    expect(chosen('-1 < 0')).toBe(true);
    expect(chosen('-1 < 0u')).toBe(false);
    expect(chosen('7 / 2 == 3 && -7 % 3 == -1')).toBe(true);
    expect(chosen('1 ? 0 : 1')).toBe(false);
    expect(chosen("'A' == 65 && 010 == 8")).toBe(true);
    expect(chosen('0 && 1 / 0')).toBe(false);
  });

  it('know what is defined, and take other names as 0', () => {
    expect(chosen('defined A && defined(B) && !defined C', '#define A\n#define B 0')).toBe(true);
    expect(chosen('UNKNOWN')).toBe(false);
    expect(chosen('F(2) == 4', '#define F(x) ((x) * 2)')).toBe(true);
  });

  it('choose one branch, however they nest', () => {
    const text = '#ifdef A\na\n#elif defined B\n#ifndef C\nb\n#else\nc\n#endif\n#else\nd\n#endif';
    expect(lines(text)).toEqual(['d']);
    expect(lines(`#define B\n${text}`)).toEqual(['b']);
    expect(lines(`#define B\n#define C\n${text}`)).toEqual(['c']);
    expect(lines(`#define A\n#define B\n${text}`)).toEqual(['a']);
  });

  it('that are none are refused where they stand', () => {
    expect(() => lines('\n#if 1 +\n#endif')).toThrow('board.dts:2: a condition ends too early');
    expect(() => lines('#if 1 / 0\n#endif')).toThrow('board.dts:1: division by zero');
    expect(() => lines('x\n#if 1\ny')).toThrow('board.dts:2: unterminated #if');
    expect(() => lines('#endif')).toThrow('board.dts:1: #endif without #if');
    expect(() => lines('#if 0\n#else\n#else\n#endif')).toThrow('board.dts:3: #else after #else');
  });

  it('hide everything in branches not taken', () => {
    expect(lines('#if 0\n#error no\n#include "missing"\n#if 1 +\n#endif\n#endif\nx')).toEqual(['x']);
    expect(() => lines('#error really not')).toThrow('board.dts:1: #error really not');
  });
});

describe('includes', () => {
  it('look beside the including file first, then along the path', () => {
    const files = { 'soc/a.dtsi': '#include "b.dtsi"', 'soc/b.dtsi': 'near', 'include/b.dtsi': 'far' };
    expect(lines('#include "soc/a.dtsi"\n#include <b.dtsi>', files)).toEqual(['near', 'far']);
  });

  it('may be named by a macro', () => {
    expect(lines('#define H <h.h>\n#include H', { 'include/h.h': 'here' })).toEqual(['here']);
  });

  it('that are missing tell where was looked', () => {
    expect(() => lines('\n#include "no.dtsi"')).toThrow(
      'board.dts:2: cannot find no.dtsi; tried ./no.dtsi, include/no.dtsi'.replace('./', ''),
    );
  });

  it('that go in a circle are refused, with guards they are not', () => {
    const guarded = { 'include/g.h': '#ifndef G\n#define G\n#include <g.h>\nonce\n#endif' };
    expect(lines('#include <g.h>\n#include <g.h>', guarded)).toEqual(['once']);
    expect(() => lines('#include <c.h>', { 'include/c.h': '#include <c.h>' })).toThrow(
      'include/c.h:1: include/c.h includes itself without end',
    );
  });
});

describe('sources without measure', () => {
  const doubling = Array.from({ length: 40 }, (_, n) => `#define A${n + 1} A${n} A${n}`).join('\n');
  const doublingCalls = Array.from({ length: 40 }, (_, n) => `#define F${n + 1}(x) F${n}(x) F${n}(x)`).join(
    '\n',
  );
  const chain = Array.from({ length: 5000 }, (_, n) => `#define A${n + 1} A${n}`).join('\n');
  const calls = `#define F(x) x\n${'F('.repeat(5000)}1${')'.repeat(5000)}`;
  it.each<[string, string, string]>([
    ['macros that double each other', `#define A0 1\n${doubling}\nA40`, '42: macros expand to too much text'],
    [
      'calls that double each other',
      `#define F0(x) x\n${doublingCalls}\nF40(1)`,
      '42: macros expand to too much text',
    ],
    ['a chain of macros', `#define A0 1\n${chain}\nA5000`, '5002: macros nest too deeply'],
    ['calls in calls', calls, '2: macros expand to too much text'],
    [
      'parentheses',
      `#if ${'('.repeat(50_000)}1${')'.repeat(50_000)}\n#endif`,
      '1: a condition nests too deeply',
    ],
    ['negations', `#if ${'!'.repeat(50_000)}1\n#endif`, '1: a condition nests too deeply'],
    ['choices', `#if ${'1?1:'.repeat(50_000)}1\n#endif`, '1: a condition nests too deeply'],
  ])('are refused: %s', (_what, text, message) => {
    expect(() => lines(text)).toThrow(`board.dts:${message}`);
  });

  it('are read: long continuations, comments, conditionals and calls', () => {
    expect(lines(`#define X ${'1 \\\n'.repeat(50_000)}2\nx`)).toEqual(['x']);
    expect(lines(`/*${'x\n'.repeat(50_000)}*/x`)).toEqual([' x']);
    expect(
      lines(`${'/* a */ /* b\n */'.repeat(20_000)}x`)
        .at(-1)
        ?.trim(),
    ).toBe('x');
    expect(lines(`${'#if 1\n'.repeat(20_000)}x\n${'#endif\n'.repeat(20_000)}`)).toEqual(['x']);
    expect(lines(`#define F(x) x\nF(\n${'1\n'.repeat(5000)})`)[0]).toMatch(/^1 1 1 /);
  });

  it('are read or refused with one message, whatever they are made of', () => {
    const word = fc.constantFrom(
      ...'# ## define undef if ifdef elif else endif include defined error'.split(' '),
    );
    const sign = fc.constantFrom(
      '\n',
      '\n#',
      '(',
      ')',
      ',',
      '...',
      '"',
      "'",
      '/*',
      '*/',
      '//',
      '\\\n',
      ' ',
      '<',
      '>',
    );
    const name = fc.constantFrom(
      'A',
      'B',
      'F',
      'x',
      '__VA_ARGS__',
      '1',
      '0x',
      '?',
      ':',
      '!',
      '&&',
      '/',
      '"a.h"',
    );
    const text = fc.array(fc.oneof(word, sign, name), { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (source) => {
        try {
          lines(source, { 'a.h': '#define A B(1)\n#define B(x) A x\n' });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.position?.file).toMatch(/^(board\.dts|a\.h)$/);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
