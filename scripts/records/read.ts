import { fileURLToPath } from 'node:url';
import { isCompactFolder, openCompactFolder } from './compact/folder.ts';
import { openRawFolder } from './raw-folder.ts';
import type { Records } from './record.ts';

/** The project's own records. */
export const ownRecordsFolder = fileURLToPath(new URL('../../fixtures/kernel/', import.meta.url));

/** Opens a folder of records, as recorded or in the compact form; both read the same. */
export function openRecords(folder: string): Records {
  return isCompactFolder(folder) ? openCompactFolder(folder) : openRawFolder(folder);
}

/**
 * Records whose missing parts come from others: a configuration that the folder lacks,
 * and the boot that calls were made on.
 */
export function withFallback(records: Records, others: Records): Records {
  return {
    ...records,
    boot: (kernel, name) => records.boot(kernel, name) ?? others.boot(kernel, name),
    config: (name) => records.config(name) ?? others.config(name),
  };
}
