import type { ConsumersDocument } from '../whatif/consumers/consumers.ts';
import { consumersText } from './consumers-text.ts';
import type { Report } from './formats/report.ts';

/** What consumers require as a report: a case each, and the devices as a table. */
export function consumersReport(document: ConsumersDocument): Report {
  const { board, release, heaps, devices, consumers, passed, failed } = document;
  const title = board ?? 'devicetree';
  return {
    command: 'consumers',
    title,
    verdict: `${passed} consumers get what they require, ${failed} do not`,
    passed: failed === 0,
    facts: [
      ['release', release],
      ['heaps', heaps.join(', ') || 'none'],
    ],
    cases: consumers.map(({ consumer, passes, needs, remarks }) => {
      const details = needs.filter(({ met }) => !met).map(({ need, why }) => `${need}: ${why}`);
      return {
        suite: title,
        name: consumer,
        verdict: passes ? 'passed' : 'failed',
        ...(passes
          ? {}
          : {
              message: details[0] ?? 'does not get what it requires',
              details: [...details.slice(1), ...remarks],
            }),
      };
    }),
    findings: [],
    sections: [
      {
        title: 'Devices that use memory by themselves',
        table: {
          head: ['device', 'kind', 'needs', 'because'],
          rows: devices.map(({ node, kind, needs, because }) => [node, kind, needs, because]),
        },
      },
    ],
    document,
    text: (colours) => consumersText(document, colours),
  };
}
