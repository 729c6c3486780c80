/** What is compared of a boot. */
const bootFields = [
  'booted',
  'heaps',
  'areas',
  'usedPages',
  'regions',
  'CmaTotal',
  'MemTotal',
  'log',
  'files',
] as const;

export type BootField = (typeof bootFields)[number];

/** One thing that a record states and the emulator states too. */
export interface Fact<Field extends string = string> {
  readonly field: Field;
  /** Which one, where the field has several: a minor number, an area's name, a file. */
  readonly item: string;
  readonly recorded: string;
  readonly emulated: string;
  readonly equal: boolean;
}

/** A fact whose two sides are compared as texts. */
export function fact<Field extends string>(
  field: Field,
  item: string,
  recorded: string | undefined,
  emulated: string | undefined,
): Fact<Field> {
  return {
    field,
    item,
    recorded: recorded ?? 'none',
    emulated: emulated ?? 'none',
    equal: recorded === emulated,
  };
}
