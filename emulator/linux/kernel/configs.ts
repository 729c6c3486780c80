import { PseudoFile } from '../fs/libfs.ts';
import type { Kernel } from '../init/kernel.ts';
import { gzipStored } from '../lib/gzip.ts';
import type { Errno } from '../uapi/errno.ts';

const utf8 = new TextEncoder();

/** The configuration as `make` would have written it. */
function configurationText({ config, release }: Pick<Kernel, 'config' | 'release'>): string {
  const head = [
    '#',
    '# Automatically generated file; DO NOT EDIT.',
    `# Linux/${config.facts.architecture} ${release.version} Kernel Configuration`,
    '#',
  ];
  const symbols = [...config.symbols].map(([symbol, value]) => `CONFIG_${symbol}=${value}`);
  return [...head, ...symbols, ''].join('\n');
}

/** ikconfig_init(): /proc/config.gz. Plays kernel/configs.c; the same configuration gives the same bytes. */
export function addConfigFile(kernel: Kernel): Errno {
  const { proc } = kernel.mounts;
  let packed: Uint8Array | undefined;
  const show = (): Uint8Array => {
    packed ??= gzipStored(utf8.encode(configurationText(kernel)));
    file.sizeBytes = packed.length;
    return packed;
  };
  const file = new PseudoFile(proc.fileSystem, 0o444, { show });
  proc.add('config.gz', file);
  return 0;
}
