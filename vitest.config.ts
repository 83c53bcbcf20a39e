import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/announce-seed.ts'],
    setupFiles: ['test/seeded-properties.ts', 'test/e2e-patience.ts'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    pool: 'forks',
    // Each worker may hold blocks of a real dump; the smallest machine that runs this has two cores.
    maxWorkers: 2,
    testTimeout: 60_000,
    // Restoring the real dumps happens in hooks.
    hookTimeout: 600_000,
  },
});
