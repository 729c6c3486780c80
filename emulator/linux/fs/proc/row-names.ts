import type { KernelConfig } from '../../kconfig.ts';

/** Names of rows that the configuration has: `NAME?SYMBOL` is there with that symbol only. */
export function configured(
  names: readonly string[],
  config: Pick<KernelConfig, 'enabled'>,
): readonly string[] {
  return names.flatMap((entry) => {
    const [name = '', symbol] = entry.split('?');
    return symbol === undefined || config.enabled(symbol) ? [name] : [];
  });
}
