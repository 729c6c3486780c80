import { explainedRemedy } from '../explained-remedy.ts';
import type { BootRule } from '../rule.ts';

/** The kernel dies on this tree. */
export const bootPanics: BootRule = {
  id: 'boot-panics',
  looksAt: 'boot',
  severity: 'error',
  explanation: 'The kernel panics before the first process. What heapboard explain says of "boot" tells why.',
  find(context) {
    const { panic, booted } = context.system;
    if (booted) return [];
    const { asked } = context.explain('boot');
    return [
      {
        subject: 'boot',
        message: `the kernel panics: ${panic ?? ''}`,
        position: asked.position,
        remedy: () => explainedRemedy(context, 'boot'),
      },
    ];
  },
};
