import pc from 'picocolors';
import { formatPosition } from '../base/position.ts';
import { formatSize } from '../base/units.ts';
import type { DeviceAnswer } from '../whatif/devices/devices.ts';

/** What the devices of a board get of the kernel, for people. */
export function devicesText(devices: readonly DeviceAnswer[], sizeBytes: bigint, colour: boolean): string {
  const colours = pc.createColors(colour);
  if (devices.length === 0) return 'no device of this tree does DMA\n';
  return devices.map((device) => `${block(device, sizeBytes, colours).join('\n')}\n`).join('\n');
}

function block(
  device: DeviceAnswer,
  sizeBytes: bigint,
  colours: ReturnType<typeof pc.createColors>,
): readonly string[] {
  const { node, name, errno, says, source, tried, position } = device;
  const place = position === undefined ? '' : `  ${formatPosition(position)}`;
  const title = `${colours.bold(node)}${name === undefined ? '' : `  ${name}`}${place}`;
  const region = errno === undefined ? `  region  ${says}` : `  ${colours.red(errno)}  ${says}`;
  if (device.lastAddress === undefined) return [title, region];
  return [
    title,
    region,
    `  reach   ${reachText(device)}`,
    `  ${formatSize(sizeBytes)}: ${source === 'nothing' ? colours.red('nothing') : source}`,
    ...tried.map(({ what, result }) => `    ${what}: ${result}`),
  ];
}

/** What it reaches, and on what that rests where nobody said it. */
function reachText({ isTranslated, lastAddress, width }: DeviceAnswer): string {
  if (isTranslated) return 'behind an IOMMU: any page';
  const reach = `up to ${lastAddress}`;
  if (width === undefined) return reach;
  const certainty = width.evidence === 'inferred' ? 'assumed: ' : '';
  return `${reach}; ${width.bits} address bits, ${certainty}${width.says}`;
}
