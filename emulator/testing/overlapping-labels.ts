import type { TextBox } from '../report/pictures/svg.ts';

/** Pairs of labels whose boxes overlap: none in a picture that can be read. */
export function overlappingLabels(labels: readonly TextBox[]): readonly (readonly [TextBox, TextBox])[] {
  const slack = 0.01;
  return labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter(
        (other) =>
          one.x + slack < other.x + other.width &&
          other.x + slack < one.x + one.width &&
          one.y + slack < other.y + other.height &&
          other.y + slack < one.y + one.height,
      )
      .map((other) => [one, other] as const),
  );
}
