import { createRequire } from 'node:module';

/** What test runners give their tests to be told of the end: vitest's context, or node:test's. */
export type TestContext =
  | { onTestFinished(finish: () => void | Promise<void>): unknown }
  | { after(finish: () => void | Promise<void>): unknown };

/**
 * Has `finish` called at the end of a test: the one whose context is given, else the one that runs now. Outside of a
 * test vitest throws an error; node:test calls it when the whole file has run.
 */
export async function atEndOfTest(finish: () => void, given: TestContext | undefined): Promise<void> {
  if (given !== undefined) {
    if ('onTestFinished' in given) given.onTestFinished(finish);
    else given.after(finish);
  } else if (isVitest()) {
    const { onTestFinished } = await import('vitest');
    onTestFinished(finish);
  } else {
    afterInNodeTest(finish);
  }
}

function isVitest(): boolean {
  return process.env.VITEST !== undefined && '__vitest_worker__' in globalThis;
}

/**
 * node:test finds the running test by what led to the call. After a wait for something that tests share, such as an
 * import, that is the test that was the first to want it; so nothing here waits.
 */
function afterInNodeTest(finish: () => void): void {
  const { after } = createRequire(import.meta.url)('node:test') as typeof import('node:test');
  after(finish);
}
