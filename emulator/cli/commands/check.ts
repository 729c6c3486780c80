import { inputError } from '../../base/input-error.ts';
import type { BootOptions } from '../../whatif/boot-options.ts';
import type { Severity } from '../../whatif/check/rule.ts';
import type { Suppression } from '../../whatif/check/suppressions.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { type CommandIo, defineCommand } from '../command.ts';
import { boardCompletions, releaseCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { readText } from '../read-text.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';

const group = 'Findings';

/** `heapboard check`: what will go wrong with a board's memory, and what would put it right. */
export const checkCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/check.md)' },
    'fail-on': {
      takes: 'value',
      placeholder: 'SEVERITY',
      group,
      describe: 'error, warning or note: exit code 1 where something as grave is found, or graver',
      complete: async () => ['error', 'warning', 'note'],
    },
    releases: {
      takes: 'value',
      placeholder: 'NAME,…',
      group,
      describe: 'other kernel releases: what the same tree comes to there',
      complete: releaseCompletions,
    },
    suppress: {
      takes: 'values',
      placeholder: 'ID[:NODE]=REASON',
      group,
      describe: 'a finding that is no matter, and why',
    },
    suppressions: {
      takes: 'value',
      placeholder: 'FILE',
      group,
      describe: 'a YAML file with such findings: suppress: [{ id, node, reason }]',
    },
    ...reportOptionTable,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard check board.dts', 'what will go wrong with it, and what would put it right'],
    [
      'heapboard check hikey --append-bootargs cma=32M --fail-on warning',
      'the same for a variation, in a script',
    ],
    ['heapboard check db845c --releases 6.1,6.12,7.3', 'what other releases make of the same tree'],
    [
      "heapboard check board.dts --suppress 'region-outside-ram=the driver maps it' --report sarif=check.sarif",
      'for a code host, one finding put aside',
    ],
  ],
  async run([input = ''], options, io) {
    const failOn = readSeverity(options['fail-on']);
    const bootOptions = readBootOptions(options);
    const reports = await requestReports(options.report, io);
    const { parseSuppression, parseSuppressions, refuseUnknownRules } = await import(
      '../../whatif/check/suppressions.ts'
    );
    const file = options.suppressions;
    const suppressions = [
      ...(file === undefined ? [] : parseSuppressions(await readText(file, 'suppressions'), file)),
      ...options.suppress.map((text) => readSuppression(text, parseSuppression)),
    ];
    refuseUnknownRules(suppressions);
    const document = await checkInput(input, bootOptions, options.releases, suppressions, io);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else if (!reports.takesStdout)
      io.out((await import('../../report/check-text.ts')).checkText(document, io.colours));
    const { checkReport, isAsGraveAs } = await import('../../report/check-report.ts');
    await reports.write(checkReport(document, input === '-' ? 'stdin' : input, failOn));
    const isFailed = failOn !== undefined && isAsGraveAs(document, failOn);
    return isFailed ? exitCodes.expectationFailed : exitCodes.answer;
  },
});

/** Loads the input once for the check, and once for each other release. */
async function checkInput(
  input: string,
  options: BootOptions,
  releases: string | undefined,
  suppressions: readonly Suppression[],
  io: CommandIo,
) {
  const [{ loadBoot }, { check }, { loadContracts }] = await Promise.all([
    import('../../whatif/boot.ts'),
    import('../../whatif/check/check.ts'),
    import('../consumer-files.ts'),
  ]);
  const notice = (text: string) => io.err(`heapboard: ${text}\n`);
  let known: Promise<Uint8Array> | undefined;
  const stdin = () => {
    known ??= io.stdin();
    return known;
  };
  const request = await loadBoot(input, options, { notice, stdin });
  const others = [];
  for (const release of readReleases(releases)) {
    if (release === request.release.name) continue;
    others.push(await loadBoot(input, { ...options, release }, { stdin }));
  }
  const contracts = await loadContracts([]);
  return check(request, { others, contracts, suppressions });
}

function readSeverity(value: string | undefined): Severity | undefined {
  if (value === undefined || value === 'error' || value === 'warning' || value === 'note') return value;
  throw inputError('bad-option', { option: 'fail-on', value, expected: 'error, warning or note' });
}

function readReleases(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const names = value.split(',').map((name) => name.trim());
  if (!names.includes('')) return [...new Set(names)];
  throw inputError('bad-option', { option: 'releases', value, expected: 'names such as 6.1,6.12,7.3' });
}

function readSuppression(text: string, parse: (text: string) => Suppression | undefined): Suppression {
  const parsed = parse(text);
  if (parsed !== undefined) return parsed;
  const expected = "ID=REASON or ID:NODE=REASON, for instance 'pool-too-large=nothing else runs there'";
  throw inputError('bad-option', { option: 'suppress', value: text, expected });
}
