import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard boards`: what lies in dts/. */
export const boardsCommand = defineCommand({
  arguments: [],
  options: { json: { takes: 'nothing', describe: 'one JSON document on stdout' } },
  examples: [
    ['heapboard boards', 'names and titles'],
    ['heapboard boards --json', 'RAM, release and sources of each, for programs'],
  ],
  async run(_given, options, io) {
    const [{ listBoards }, { boardsText }, { toJson }] = await Promise.all([
      import('../../whatif/boards.ts'),
      import('../../report/boards-text.ts'),
      import('../../report/json.ts'),
    ]);
    const boards = await listBoards();
    io.out(options.json ? toJson({ schemaVersion: 1, boards }) : boardsText(boards, io.colours));
    return exitCodes.answer;
  },
});
