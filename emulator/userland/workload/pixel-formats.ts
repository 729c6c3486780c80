/** How the pixels of an image lie in memory. */
export interface PixelFormat {
  /** Bits of a pixel in the first plane, whose lines the stride counts. */
  readonly lineBits: number;
  /** Lines of all planes for each line of the image, as a fraction: three half lines for 4:2:0. */
  readonly lines: { readonly count: number; readonly per: number };
}

const whole = { count: 1, per: 1 };
/** 4:2:0: half as many lines of colour, each as long as one of brightness. */
const half = { count: 3, per: 2 };

/**
 * The formats that workloads name, by the usual names of V4L2 and DRM. Planes of one buffer lie behind one another with
 * the same stride in bytes; where a format has three planes, the two of colour together are as long as one of NV12.
 */
const pixelFormats: ReadonlyMap<string, PixelFormat> = new Map([
  ['NV12', { lineBits: 8, lines: half }],
  ['NV21', { lineBits: 8, lines: half }],
  ['YUV420', { lineBits: 8, lines: half }],
  ['NV16', { lineBits: 8, lines: { count: 2, per: 1 } }],
  ['NV24', { lineBits: 8, lines: { count: 3, per: 1 } }],
  ['P010', { lineBits: 16, lines: half }],
  ['YUYV', { lineBits: 16, lines: whole }],
  ['RGB565', { lineBits: 16, lines: whole }],
  ['RGB888', { lineBits: 24, lines: whole }],
  ['RGBA', { lineBits: 32, lines: whole }],
  ['XRGB', { lineBits: 32, lines: whole }],
  ['RGBA16F', { lineBits: 64, lines: whole }],
  ['GREY', { lineBits: 8, lines: whole }],
  ['RAW8', { lineBits: 8, lines: whole }],
  ['RAW10', { lineBits: 10, lines: whole }],
  ['RAW12', { lineBits: 12, lines: whole }],
  ['RAW14', { lineBits: 14, lines: whole }],
  ['RAW16', { lineBits: 16, lines: whole }],
]);

/** In formulas a format is a number, its place in the table from 1 on. */
export const formatConstants: ReadonlyMap<string, bigint> = new Map(
  [...pixelFormats.keys()].map((name, index) => [name, BigInt(index + 1)]),
);

/** The format of a number; undefined where it is none. */
export function formatOf(number: bigint): PixelFormat | undefined {
  return [...pixelFormats.values()][Number(number) - 1];
}

function alignUp(value: bigint, step: bigint): bigint {
  return ((value + step - 1n) / step) * step;
}

/** Bytes from one line to the next: whole bytes of pixels, rounded up to `align`. */
export function strideBytes(format: PixelFormat, width: bigint, align: bigint): bigint {
  return alignUp((width * BigInt(format.lineBits) + 7n) / 8n, align);
}

/** Bytes of an image: lines of `strideBytes`, their number rounded up to `rows` before the planes are counted. */
export function imageBytes(
  format: PixelFormat,
  width: bigint,
  height: bigint,
  align: bigint,
  rows: bigint,
): bigint {
  const lines = alignUp(height, rows) * BigInt(format.lines.count);
  const per = BigInt(format.lines.per);
  return strideBytes(format, width, align) * ((lines + per - 1n) / per);
}
