import type { DeviceSummary } from '../whatif/device-summary.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** What drivers took for their devices; empty where there are none. */
export function driverRows(devices: readonly DeviceSummary[] = []): string {
  return columns(
    devices.flatMap(({ node, name, driver, regions, memory }) => {
      const region = regions.length === 0 ? '' : `region ${regions.join(', ')}`;
      const rows = memory.map(({ size, from, area }) => {
        const place = area === undefined ? from : `${from} ${area}`;
        return [node, `${driver} ${name}`, peopleSize(size), place, region];
      });
      return rows.length === 0 ? [[node, `${driver} ${name}`, 'nothing', '', region]] : rows;
    }),
  );
}
