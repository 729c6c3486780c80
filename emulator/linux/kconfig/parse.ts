import { inputError } from '../../base/input-error.ts';
import type { KernelConfig } from '../kconfig.ts';
import { SymbolConfig } from './symbols.ts';

const assignment = /^CONFIG_([A-Za-z0-9_]+)=(.*)$/;

/**
 * Reads the text of a real `.config`. A line that is neither an assignment nor a comment, and a text without
 * any assignment, are input errors with the line's position.
 */
export function parseConfig(text: string, file: string): KernelConfig {
  const symbols = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, symbol, value] = assignment.exec(line) ?? [];
    if (symbol === undefined || value === undefined) {
      const problem = `expected CONFIG_SYMBOL=VALUE or a comment, found "${line.slice(0, 60)}"`;
      throw inputError('kconfig-broken', { problem }, { position: { file, line: index + 1 } });
    }
    if (value !== 'n') symbols.set(symbol, value);
  }
  if (symbols.size === 0) {
    throw inputError('kconfig-broken', { problem: `${file} sets no configuration symbol` });
  }
  return new SymbolConfig(file, symbols);
}
