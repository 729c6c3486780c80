import type { OptionTable } from './command.ts';
import { refuseUnwritable, writeOutput } from './output-file.ts';

/** The option of commands that draw something. */
export const svgOptionTable = {
  svg: {
    takes: 'value',
    placeholder: 'FILE',
    group: 'Reports',
    describe: 'the picture of it, as SVG',
  },
} as const satisfies OptionTable;

/** Looks before any work whether the picture could be written; what it returns writes it. */
export async function requestPicture(
  file: string | undefined,
): Promise<(svg: () => string) => Promise<void>> {
  if (file === undefined) return async () => undefined;
  await refuseUnwritable(file);
  return (svg) => writeOutput(file, `${svg()}\n`);
}
