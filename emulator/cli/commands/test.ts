import { dirname } from 'node:path';
import { defineCommand } from '../command.ts';
import { loadContract } from '../consumer-files.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadJob } from '../jobs.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';
import { loadScenarios } from '../scenario-files.ts';

/** `heapboard test`: scenarios, each a question about one change. */
export const testCommand = defineCommand({
  arguments: [{ name: 'file', describe: 'a scenario, or a folder of scenarios', many: true }],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/scenarios.md)' },
    ...reportOptionTable,
  },
  examples: [
    ['heapboard test fixtures/whatif', 'all scenarios of a folder'],
    ['heapboard test cma-size.yaml --json', 'one, for programs'],
    [
      'heapboard test fixtures/whatif --report junit=report.xml --report html=report.html',
      'for continuous integration, and for people',
    ],
  ],
  async run(paths, options, io) {
    const reports = await requestReports(options.report, io);
    const scenarios = await loadScenarios(paths);
    const { runScenario } = await import('../../whatif/scenario/run.ts');
    const results = [];
    for (const scenario of scenarios) {
      const folder = dirname(scenario.file);
      results.push(
        await runScenario(
          scenario,
          (name) => loadJob(name, folder),
          (name) => loadContract(name, folder),
        ),
      );
    }
    const { scenarioDocument } = await import('../../report/scenario-json.ts');
    const document = scenarioDocument(results);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else if (!reports.takesStdout)
      io.out((await import('../../report/scenario-text.ts')).scenarioText(document, io.colours));
    if (options.report.length > 0)
      await reports.write((await import('../../report/scenario-report.ts')).scenarioReport(document));
    return document.failed === 0 ? exitCodes.answer : exitCodes.expectationFailed;
  },
});
