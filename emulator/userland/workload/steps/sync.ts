import { DMA_BUF_SYNC_END, DMA_BUF_SYNC_START } from '../../../linux/uapi/dma-buf.ts';
import { access, accessSync } from '../access.ts';
import { anyHandle, formula } from '../handle-name.ts';
import { defineStep } from '../step.ts';

/** Begins or ends the processor's access to buffers; `flags` passes any number. */
export const sync = defineStep({
  verb: 'sync',
  shape: { sync: anyHandle, start: access.optional(), end: access.optional(), flags: formula.optional() },
  check: ({ start, end, flags }) =>
    [start, end, flags].filter((given) => given !== undefined).length === 1
      ? undefined
      : 'needs one of start, end and flags',
  run({ sync, start, end, flags }, context) {
    const phase = start === undefined ? DMA_BUF_SYNC_END : DMA_BUF_SYNC_START;
    const wanted = start ?? end;
    const raw = flags === undefined ? 0n : context.value(flags);
    const value = wanted === undefined ? raw : BigInt(phase | accessSync[wanted]);
    for (const buffer of context.buffers(sync)) context.process.dmaBufSync(context.descriptor(buffer), value);
    return undefined;
  },
});
