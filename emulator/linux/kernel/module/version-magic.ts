import type { KernelConfig } from '../../kconfig.ts';

/** VERMAGIC_STRING of include/linux/vermagic.h for arm64: what a module's file must say. */
export function versionMagic(version: string, config: KernelConfig): string {
  const words = [
    version,
    ...(config.enabled('SMP') ? ['SMP'] : []),
    ...(config.enabled('PREEMPT_RT') ? ['preempt_rt'] : config.enabled('PREEMPT') ? ['preempt'] : []),
    ...(config.enabled('MODULE_UNLOAD') ? ['mod_unload'] : []),
    ...(config.enabled('MODVERSIONS') ? ['modversions'] : []),
    'aarch64',
  ];
  return words.join(' ');
}
