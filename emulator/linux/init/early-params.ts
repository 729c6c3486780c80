import type { ArchitectureSetup } from '../arch/architecture.ts';
import type { ContiguousAreas } from '../kernel/dma/contiguous.ts';
import type { BootEnvironment } from './kernel.ts';

/** parse_early_param(): the parameters that shape memory, in the order of the command line. */
export function parseEarlyParameters(
  boot: BootEnvironment,
  setup: ArchitectureSetup,
  contiguous: ContiguousAreas,
): void {
  const cma = (value: string | undefined): boolean => contiguous.readParameter(value);
  const parameters = new Map(setup.parameters);
  if (boot.config.facts.dmaCma) parameters.set('cma', cma);
  for (const { name, value } of boot.parameters.all) {
    const isUnderstood = parameters.get(name)?.(value) ?? readConsole(boot, name, value);
    if (!isUnderstood) boot.log.warn(`Malformed early option '${name}'`);
  }
}

/** Parameters about consoles; those of others are none of ours. */
function readConsole({ log }: BootEnvironment, name: string, value: string | undefined): boolean {
  if (name === 'ignore_loglevel') log.info('debug: ignoring loglevel setting.');
  return log.console.readParameter(name, value, log.mark);
}
