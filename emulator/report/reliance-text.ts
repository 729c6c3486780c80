import type { Reliance } from '../whatif/reliance.ts';

const objectNames = { image: 'kernel image', dtb: 'devicetree blob', initrd: 'initrd' } as const;

/** Names of behaviours in the line; the JSON has all. */
const mostNames = 4;

/** What a system rests on that nobody stated or observed, as one line; empty where there is nothing. */
export function relianceText({ inferred, assumed }: Reliance): string {
  const places = assumed.map(({ what, base }) => `${objectNames[what]} at ${base}`);
  const names = inferred.slice(0, mostNames).map(({ behaviour }) => behaviour);
  const more = inferred.length - names.length;
  return [
    places.length === 0 ? '' : `assumed: ${places.join(', ')}`,
    names.length === 0 ? '' : `inferred: ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}
