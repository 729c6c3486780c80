// What the shell may complete in place of a value. Loaded code only when asked for.

/** The names of all boards. */
export async function boardCompletions(): Promise<readonly string[]> {
  const { boardNames } = await import('../machine/boards.ts');
  return boardNames();
}

export async function releaseCompletions(): Promise<readonly string[]> {
  const { releaseNames } = await import('../linux/releases.ts');
  return releaseNames;
}

export async function policyCompletions(): Promise<readonly string[]> {
  const { exportPolicies } = await import('../linux/drivers/dma-buf/heaps/export-policies/index.ts');
  return [...exportPolicies.keys()];
}
