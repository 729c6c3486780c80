import { checkErrors } from './check.ts';
import { devicetreeErrors } from './devicetree.ts';
import { fileErrors } from './files.ts';
import { kernelErrors } from './kernel.ts';
import { machineErrors } from './machine.ts';
import { nativeErrors } from './native.ts';
import { questionErrors } from './questions.ts';
import { sweepErrors } from './sweep.ts';
import { usageErrors } from './usage.ts';
import { userlandErrors } from './userland.ts';
import { workloadErrors } from './workload.ts';

/** Every way in which input can be wrong, with the sentence that says so. */
export const inputErrorTexts = {
  ...fileErrors,
  ...devicetreeErrors,
  ...machineErrors,
  ...kernelErrors,
  ...workloadErrors,
  ...nativeErrors,
  ...questionErrors,
  ...usageErrors,
  ...sweepErrors,
  ...checkErrors,
  ...userlandErrors,
} as const;

export type InputErrorKind = keyof typeof inputErrorTexts;
