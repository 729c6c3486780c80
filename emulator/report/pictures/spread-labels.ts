/** Something that wants to be at a height, and takes room. */
export interface Wanting {
  /** The middle that it wants. */
  readonly middle: number;
  readonly height: number;
}

/**
 * The tops of labels in the order of their wishes: none overlaps the one before, all lie within `[top, bottom]` where
 * there is room for all, and each is as near to its wish as pushing its neighbours allows. Groups that touch are moved
 * together to the mean of what they want.
 */
export function spreadLabels(wanting: readonly Wanting[], top: number, bottom: number): readonly number[] {
  interface Group {
    first: number;
    height: number;
    /** Sum over its labels of the wished top, less what lies above it in the group. */
    wishes: number;
    count: number;
  }
  const startOf = (group: Group): number => {
    const wish = group.wishes / group.count;
    return Math.max(top, Math.min(bottom - group.height, wish));
  };
  const groups: Group[] = [];
  for (const [index, { middle, height }] of wanting.entries()) {
    groups.push({ first: index, height, wishes: middle - height / 2, count: 1 });
    for (let last = groups.at(-1), before = groups.at(-2); last !== undefined && before !== undefined; ) {
      if (startOf(before) + before.height <= startOf(last)) break;
      before.wishes += last.wishes - last.count * before.height;
      before.count += last.count;
      before.height += last.height;
      groups.pop();
      [last, before] = [groups.at(-1), groups.at(-2)];
    }
  }
  const tops: number[] = [];
  for (const group of groups) {
    let at = startOf(group);
    for (let index = group.first; index < group.first + group.count; index += 1) {
      tops.push(at);
      at += wanting[index]?.height ?? 0;
    }
  }
  return tops;
}
