/**
 * Names of Advanced SIMD operations by their fields, as the architecture's index tables have them. Operations that
 * exist in a signed and an unsigned form have the letter in front; rows that are not allocated are undefined.
 */

type Names = readonly (string | undefined)[];
interface Lanes {
  readonly q: boolean;
  readonly scalar: boolean;
  readonly sizeLog2: number;
}

const none = undefined;

/** By u * 24 + opcode. */
export const threeSame: Names = [
  ...['shadd', 'sqadd', 'srhadd', none, 'shsub', 'sqsub', 'cmgt', 'cmge'],
  ...['sshl', 'sqshl', 'srshl', 'sqrshl', 'smax', 'smin', 'sabd', 'saba'],
  ...['add', 'cmtst', 'mla', 'mul', 'smaxp', 'sminp', 'sqdmulh', 'addp'],
  ...['uhadd', 'uqadd', 'urhadd', none, 'uhsub', 'uqsub', 'cmhi', 'cmhs'],
  ...['ushl', 'uqshl', 'urshl', 'uqrshl', 'umax', 'umin', 'uabd', 'uaba'],
  ...['sub', 'cmeq', 'mls', 'pmul', 'umaxp', 'uminp', 'sqrdmulh', none],
];

/** By u * 4 + size. */
export const logical: Names = ['and', 'bic', 'orr', 'orn', 'eor', 'bsl', 'bit', 'bif'];

/** By (u * 2 + upper bit of size) * 8 + opcode - 24. */
export const threeSameFloat: Names = [
  ...['fmaxnm', 'fmla', 'fadd', 'fmulx', 'fcmeq', none, 'fmax', 'frecps'],
  ...['fminnm', 'fmls', 'fsub', none, none, none, 'fmin', 'frsqrts'],
  ...['fmaxnmp', none, 'faddp', 'fmul', 'fcmge', 'facge', 'fmaxp', 'fdiv'],
  ...['fminnmp', none, 'fabd', none, 'fcmgt', 'facgt', 'fminp', none],
];

/** By u * 32 + opcode. */
export const twoMisc: Names = [
  ...['rev64', 'rev16', 'saddlp', 'suqadd', 'cls', 'cnt', 'sadalp', 'sqabs'],
  ...['cmgt', 'cmeq', 'cmlt', 'abs', none, none, none, none],
  ...[none, none, 'xtn', none, 'sqxtn', none, none, none],
  ...[none, none, none, none, none, none, none, none],
  ...['rev32', none, 'uaddlp', 'usqadd', 'clz', none, 'uadalp', 'sqneg'],
  ...['cmge', 'cmle', none, 'neg', none, none, none, none],
  ...[none, none, 'sqxtun', 'shll', 'uqxtn', none, none, none],
  ...[none, none, none, none, none, none, none, none],
];

const floatRow = (u: number, upper: number, first: number, row: Names): [number, string][] =>
  row.flatMap((name, index) =>
    name === undefined ? [] : [[(u << 6) | (upper << 5) | (first + index), name] as [number, string]],
  );

/** By u << 6 | upper bit of size << 5 | opcode. */
export const twoMiscFloat: ReadonlyMap<number, string> = new Map([
  ...floatRow(0, 0, 22, ['fcvtn', 'fcvtl', 'frintn', 'frintm', 'fcvtns', 'fcvtms', 'fcvtas', 'scvtf']),
  ...floatRow(0, 1, 12, ['fcmgt', 'fcmeq', 'fcmlt', 'fabs']),
  ...floatRow(0, 1, 24, ['frintp', 'frintz', 'fcvtps', 'fcvtzs', 'urecpe', 'frecpe', none, 'frecpx']),
  ...floatRow(1, 0, 22, ['fcvtxn', none, 'frinta', 'frintx', 'fcvtnu', 'fcvtmu', 'fcvtau', 'ucvtf']),
  ...floatRow(1, 1, 12, ['fcmge', 'fcmle', none, 'fneg']),
  ...floatRow(1, 1, 25, ['frinti', 'fcvtpu', 'fcvtzu', 'ursqrte', 'frsqrte', none, 'fsqrt']),
]);

/** By u, then opcode. */
export const across: readonly Readonly<Record<number, string>>[] = [
  { 3: 'saddlv', 10: 'smaxv', 26: 'sminv', 27: 'addv' },
  { 3: 'uaddlv', 10: 'umaxv', 26: 'uminv' },
];
/** By opcode, then the upper bit of size. */
export const acrossFloat: Readonly<Record<number, Names>> = {
  12: ['fmaxnmv', 'fminnmv'],
  15: ['fmaxv', 'fminv'],
};
export const pairwiseFloat: Readonly<Record<number, Names>> = {
  12: ['fmaxnmp', 'fminnmp'],
  13: ['faddp', none],
  15: ['fmaxp', 'fminp'],
};

/** By u * 16 + opcode. */
export const threeDifferent: Names = [
  ...['saddl', 'saddw', 'ssubl', 'ssubw', 'addhn', 'sabal', 'subhn', 'sabdl'],
  ...['smlal', 'sqdmlal', 'smlsl', 'sqdmlsl', 'smull', 'sqdmull', 'pmull', none],
  ...['uaddl', 'uaddw', 'usubl', 'usubw', 'raddhn', 'uabal', 'rsubhn', 'uabdl'],
  ...['umlal', none, 'umlsl', none, 'umull', none, none, none],
];

/** By u * 16 + opcode. */
export const byElement: Names = [
  ...[none, 'fmla', 'smlal', 'sqdmlal', none, 'fmls', 'smlsl', 'sqdmlsl'],
  ...['mul', 'fmul', 'smull', 'sqdmull', 'sqdmulh', 'sqrdmulh', none, none],
  ...['mla', none, 'umlal', none, 'mls', none, 'umlsl', none],
  ...[none, 'fmulx', 'umull', none, none, none, none, none],
];

/** By u * 32 + opcode. */
export const shifts: Names = [
  ...['sshr', none, 'ssra', none, 'srshr', none, 'srsra', none],
  ...[none, none, 'shl', none, none, none, 'sqshl', none],
  ...['shrn', 'rshrn', 'sqshrn', 'sqrshrn', 'sshll', none, none, none],
  ...[none, none, none, none, 'scvtf', none, none, 'fcvtzs'],
  ...['ushr', none, 'usra', none, 'urshr', none, 'ursra', none],
  ...['sri', none, 'sli', none, 'sqshlu', none, 'uqshl', none],
  ...['sqshrun', 'sqrshrun', 'uqshrn', 'uqrshrn', 'ushll', none, none, none],
  ...[none, none, none, none, 'ucvtf', none, none, 'fcvtzu'],
];
export const leftShifts: ReadonlySet<string> = new Set([
  'shl',
  'sli',
  'sqshl',
  'uqshl',
  'sqshlu',
  'sshll',
  'ushll',
]);
const narrowingShifts = /^(?:r?shrn|[su]qr?shru?n)$/;

export const permutes: Names = [none, 'uzp1', 'trn1', 'zip1', none, 'uzp2', 'trn2', 'zip2'];
export const copies = [
  'dup-element',
  'dup-general',
  undefined,
  'insert-general',
  undefined,
  'smov',
  undefined,
  'umov',
] as const;

const upTo32: ReadonlySet<string> = new Set(
  (
    'shadd uhadd srhadd urhadd shsub uhsub smax umax smin umin sabd uabd saba uaba mla mls mul smaxp umaxp sminp ' +
    'uminp'
  ).split(' '),
);
const scalarOfAnySize: ReadonlySet<string> = new Set(
  'sqadd uqadd sqsub uqsub sqshl uqshl sqrshl uqrshl'.split(' '),
);
const scalarOf64: ReadonlySet<string> = new Set(
  'cmgt cmhi cmge cmhs sshl ushl srshl urshl add sub cmtst cmeq'.split(' '),
);

/** Whether these lanes exist for an operation on three registers. */
export function threeSameAllowed(operation: string, { q, scalar, sizeLog2 }: Lanes): boolean {
  if (operation === 'sqdmulh' || operation === 'sqrdmulh') return sizeLog2 === 1 || sizeLog2 === 2;
  if (scalar) return scalarOfAnySize.has(operation) || (scalarOf64.has(operation) && sizeLog2 === 3);
  if (operation === 'pmul') return sizeLog2 === 0;
  return sizeLog2 < 3 || (q && !upTo32.has(operation));
}

const scalarFloat: ReadonlySet<string> = new Set(
  'fmulx fcmeq frecps frsqrts fcmge facge fabd fcmgt facgt'.split(' '),
);

export function floatLanesAllowed(operation: string, { q, scalar, sizeLog2 }: Lanes): boolean {
  return scalar ? scalarFloat.has(operation) : sizeLog2 === 2 || q;
}

const scalarMisc: ReadonlySet<string> = new Set('suqadd usqadd sqabs sqneg'.split(' '));
const scalarMisc64: ReadonlySet<string> = new Set('cmgt cmeq cmlt cmge cmle abs neg'.split(' '));
const narrowing: ReadonlySet<string> = new Set('xtn sqxtn sqxtun uqxtn'.split(' '));
const miscLimits: Readonly<Record<string, number>> = {
  rev64: 2,
  rev32: 1,
  rev16: 0,
  saddlp: 2,
  uaddlp: 2,
  sadalp: 2,
  uadalp: 2,
  cls: 2,
  clz: 2,
  cnt: 0,
  not: 0,
  rbit: 0,
  xtn: 2,
  sqxtn: 2,
  sqxtun: 2,
  uqxtn: 2,
  shll: 2,
};

export function twoMiscAllowed(operation: string, { q, scalar, sizeLog2 }: Lanes): boolean {
  if (scalar) {
    if (scalarMisc.has(operation)) return true;
    if (scalarMisc64.has(operation)) return sizeLog2 === 3;
    return narrowing.has(operation) && operation !== 'xtn' && sizeLog2 < 3;
  }
  const limit = miscLimits[operation];
  return limit === undefined ? sizeLog2 < 3 || q : sizeLog2 <= limit;
}

const vectorOnlyFloat = /^(?:frint.|fabs|fneg|fsqrt|fcvtn|fcvtl|urecpe|ursqrte)$/;

export function twoMiscFloatAllowed(operation: string, { q, scalar, sizeLog2 }: Lanes): boolean {
  if (operation === 'frecpx') return scalar;
  if (operation === 'fcvtxn') return sizeLog2 === 3;
  if (scalar) return !vectorOnlyFloat.test(operation);
  if (operation === 'urecpe' || operation === 'ursqrte') return sizeLog2 === 2;
  return operation === 'fcvtn' || operation === 'fcvtl' || sizeLog2 === 2 || q;
}

/** Whether these lanes exist for an operation whose result is wider or narrower than its operands. */
export function wideningAllowed(operation: string, { scalar, sizeLog2 }: Lanes): boolean {
  if (operation === 'pmull') return sizeLog2 === 0 && !scalar;
  if (operation.startsWith('sqd')) return sizeLog2 === 1 || sizeLog2 === 2;
  return sizeLog2 < 3 && !scalar;
}

const scalarShifts64: ReadonlySet<string> = new Set(
  'sshr ushr ssra usra srshr urshr srsra ursra shl sri sli'.split(' '),
);

export function shiftAllowed(operation: string, { q, scalar, sizeLog2 }: Lanes): boolean {
  const conversion = operation.endsWith('cvtf') || operation.startsWith('fcvt');
  const narrow = narrowingShifts.test(operation);
  if (conversion && sizeLog2 < 2) return false;
  if (narrow) return sizeLog2 < 3 && (!scalar || operation.includes('q'));
  if (operation.endsWith('shll')) return sizeLog2 < 3 && !scalar;
  if (scalar) return scalarShifts64.has(operation) ? sizeLog2 === 3 : true;
  return sizeLog2 < 3 || q;
}
