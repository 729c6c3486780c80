import { explainedRemedy } from '../explained-remedy.ts';
import type { BootRule } from '../rule.ts';

/** The default area that the command line or the configuration asks for gets no place. */
export const defaultAreaLost: BootRule = {
  id: 'default-area-lost',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'cma= or the configuration asks for a default area for which there is no room within what every device reaches. The kernel goes on without one: there is no CMA heap, and drivers without a region of their own get no large buffers.',
  find(context) {
    const { kernel, environment } = context.system;
    if (kernel === undefined || kernel.contiguous.defaultArea !== undefined) return [];
    const decision = environment.decisions
      .about('area:reserved')
      .findLast(({ rule, tried }) => rule === 'contiguous/default-area' && tried.length > 0);
    if (decision === undefined) return [];
    const result = decision.tried.at(-1)?.result ?? '';
    return [
      {
        subject: 'reserved',
        message: `${decision.outcome}${decision.outcome.includes(result) ? '' : `; ${result}`}`,
        remedy: () => explainedRemedy(context, 'reserved'),
      },
    ];
  },
};
