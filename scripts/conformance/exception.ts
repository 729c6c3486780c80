/** The message of an exception and where it was thrown: a bug, to be found. */
export function describeException(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${error.name}: ${error.message.split('\n')[0]} ${frame?.trim() ?? ''}`;
}
