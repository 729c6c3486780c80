import { inputError } from '../../base/input-error.ts';
import type { KernelConfig } from '../kconfig.ts';
import { badValue, settle } from './settle.ts';
import { SymbolConfig } from './symbols.ts';

const assignment = /^CONFIG_([A-Za-z0-9_]+)=(.*)$/;
const unsetComment = /^# CONFIG_([A-Za-z0-9_]+) is not set$/;

/**
 * Reads the text of a real `.config`. What is neither an assignment nor a comment, a value that its symbol cannot
 * have, a symbol without what it needs, and a text without any assignment are input errors with their line.
 */
export function parseConfig(text: string, file: string): KernelConfig {
  const symbols = new Map<string, string>();
  const lines = new Map<string, number>();
  const unset = new Set<string>();
  const fail = (problem: string, line: number) =>
    inputError('kconfig-broken', { problem }, { position: { file, line } });
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const unsetSymbol = unsetComment.exec(line)?.[1];
    if (unsetSymbol !== undefined) unset.add(unsetSymbol);
    if (line === '' || line.startsWith('#')) continue;
    const [, symbol, value] = assignment.exec(line) ?? [];
    if (symbol === undefined || value === undefined) {
      throw fail(`expected CONFIG_SYMBOL=VALUE or a comment, found "${line.slice(0, 60)}"`, index + 1);
    }
    const problem = badValue(symbol, value);
    if (problem !== undefined) throw fail(problem, index + 1);
    lines.set(symbol, index + 1);
    if (value === 'n') unset.add(symbol);
    else symbols.set(symbol, value);
  }
  if (symbols.size === 0) {
    throw inputError('kconfig-broken', { problem: `${file} sets no configuration symbol` });
  }
  const complaint = settle(symbols, { asked: new Set(symbols.keys()), unset });
  if (complaint !== undefined) throw fail(complaint.problem, lines.get(complaint.symbol) ?? 1);
  return new SymbolConfig(file, symbols);
}
