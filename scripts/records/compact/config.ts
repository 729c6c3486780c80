import { isDeepStrictEqual } from 'node:util';
import { parseConfig } from '../../../emulator/linux/kconfig.ts';
import { symbolsThatMatter } from './symbols.ts';

/**
 * A kernel configuration with only the symbols that matter for memory and heaps, in their order.
 * A symbol that is said to be unset stays said, so that it differs from one the kernel does not know.
 */
export function reduceConfig(text: string): string {
  const kept = text.split('\n').filter((line) => {
    const symbol = /^(?:CONFIG_(\w+)=|# CONFIG_(\w+) is not set$)/.exec(line);
    const name = symbol?.[1] ?? symbol?.[2];
    return name !== undefined && symbolsThatMatter.some((pattern) => pattern.test(name));
  });
  return `${kept.join('\n')}\n`;
}

/** Whether the kernel makes the same of the reduced configuration as of the whole one. */
export function reducesFaithfully(text: string): boolean {
  const [whole, reduced] = [text, reduceConfig(text)].map((one) => parseConfig(one, 'configuration').facts);
  return isDeepStrictEqual(whole, reduced);
}
