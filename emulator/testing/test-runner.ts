/** What test runners give their tests to be told of the end: vitest's context, or node:test's. */
export type TestContext =
  | { onTestFinished(finish: () => void | Promise<void>): unknown }
  | { after(finish: () => void | Promise<void>): unknown };

type AtEnd = (finish: () => void | Promise<void>) => void;

/** How the test that runs now can be told to do something at its end. Outside of a test this is an error. */
export async function endOfTest(given?: TestContext): Promise<AtEnd> {
  if (given !== undefined) {
    return (finish) => {
      if ('onTestFinished' in given) given.onTestFinished(finish);
      else given.after(finish);
    };
  }
  if (isVitest()) {
    const { onTestFinished } = await import('vitest');
    return (finish) => onTestFinished(finish);
  }
  const { after } = await import('node:test');
  return (finish) => after(finish);
}

function isVitest(): boolean {
  return process.env.VITEST !== undefined && '__vitest_worker__' in globalThis;
}
