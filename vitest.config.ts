import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['emulator/**/*.test.ts', 'scripts/**/*.test.ts'],
    reporters: ['default', './scripts/plain-summary-reporter.ts', './scripts/watchdog-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
