import type { KernelConfigFacts } from '../kconfig/facts.ts';
import type { Architecture } from './architecture.ts';
import { arm } from './arm/setup.ts';
import { arm64 } from './arm64/setup.ts';

const architectures: Readonly<Record<KernelConfigFacts['architecture'], Architecture>> = { arm64, arm };

/** The architecture that a configuration is for. */
export function architectureOf(facts: KernelConfigFacts): Architecture {
  return architectures[facts.architecture];
}
