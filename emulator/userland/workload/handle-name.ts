import * as z from 'zod';
import { type Expression, ExpressionError, parseExpression, type Scope } from './expression.ts';

/** How a step names what it works on: `fb`, one of an array `fb[i]`, or the whole array `fb[*]`. */
export class HandleName {
  readonly text: string;
  readonly base: string;
  readonly index: Expression | undefined;
  readonly isWholeArray: boolean;

  constructor(text: string, base: string, index: Expression | undefined, isWholeArray: boolean) {
    this.text = text;
    this.base = base;
    this.index = index;
    this.isWholeArray = isWholeArray;
  }

  /** The one handle that is meant: `fb[2]`. Not for whole arrays. */
  resolve(scope: Scope): string {
    return this.index === undefined ? this.base : `${this.base}[${this.index.evaluate(scope)}]`;
  }
}

/** Reads a handle's name; an ExpressionError where it is none. */
function parseHandleName(text: string): HandleName {
  const match = /^([A-Za-z_][\w-]*)(?:\[(.+)\])?$/.exec(text.trim());
  const base = match?.[1];
  if (match === null || base === undefined) {
    throw new ExpressionError(`"${text}" names no handle; expected a word, or one of an array: buffer[i]`);
  }
  const index = match[2]?.trim();
  if (index === '*') return new HandleName(text, base, undefined, true);
  return new HandleName(text, base, index === undefined ? undefined : parseExpression(index), false);
}

/** The handle that a step makes: one, never a whole array. */
export const newHandle = z.string().transform((text, context) => {
  const name = attempt(() => parseHandleName(text), context);
  if (name instanceof HandleName && name.isWholeArray) {
    context.addIssue(`"${text}" means a whole array; name the one to make, such as ${name.base}[i]`);
    return z.NEVER;
  }
  return name;
});

/** The handle or handles that a step works on. */
export const anyHandle = z
  .string()
  .transform((text, context) => attempt(() => parseHandleName(text), context));

/** A formula, written as a number or a text. */
export const formula = z
  .union([z.int(), z.string()], 'expected a whole number or a formula')
  .transform((value, context) => attempt(() => parseExpression(value), context));

function attempt<Value>(read: () => Value, context: z.RefinementCtx): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
}
