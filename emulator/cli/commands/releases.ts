import { inputError } from '../../base/input-error.ts';
import { defineCommand } from '../command.ts';
import { releaseCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard releases`: the modelled kernels, and what each changed. */
export const releasesCommand = defineCommand({
  arguments: [
    {
      name: 'diff',
      describe: 'the word diff, to compare two releases; the list of all where it is absent',
      optional: true,
      complete: async () => ['diff'],
    },
    { name: 'A', describe: 'a release', optional: true, complete: releaseCompletions },
    {
      name: 'B',
      describe: 'the release that it is compared with',
      optional: true,
      complete: releaseCompletions,
    },
  ],
  options: { json: { takes: 'nothing', describe: 'one JSON document on stdout' } },
  examples: [
    ['heapboard releases', 'all releases, each with what it changed'],
    ['heapboard releases diff 5.10 6.12', 'what an upgrade changes'],
    ['heapboard releases diff 6.1.0 6.1', 'what the stable updates of a release changed'],
  ],
  async run([word, before, after], options, io) {
    const { releaseDiffDocument, releasesDocument } = await import('../../report/releases-json.ts');
    const { releaseDiffText, releasesText } = await import('../../report/releases-text.ts');
    const { toJson } = await import('../../report/json.ts');
    if (word === undefined) {
      const document = releasesDocument();
      io.out(options.json ? toJson(document) : releasesText(document, io.colours));
      return exitCodes.answer;
    }
    if (word !== 'diff' || before === undefined || after === undefined) {
      throw inputError('usage', { problem: 'expected heapboard releases, or heapboard releases diff A B' });
    }
    const document = releaseDiffDocument(before, after);
    io.out(options.json ? toJson(document) : releaseDiffText(document, io.colours));
    return exitCodes.answer;
  },
});
