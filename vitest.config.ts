import { defineConfig } from 'vitest/config';
import { lacking, requirements } from './scripts/test-requirements.mjs';

export default defineConfig(async () => ({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/announce-seed.ts'],
    setupFiles: ['test/own-temporary-folder.ts', 'test/seeded-properties.ts'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    // A tag that is none of these is an error.
    tags: requirements.map(({ id, purpose }) => ({ name: id, description: purpose })),
    provide: { lacking: (await lacking()).map(({ id }) => id) },
    pool: 'forks',
    // Each worker may hold blocks of a real dump; the smallest machine that runs this has two cores.
    maxWorkers: 2,
    // Guards against what hangs, not promises: a machine with much else to do takes many times as long, and several waits fit into one test.
    testTimeout: 900_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 90_000, interval: 100 } },
    // Only what stands out is listed by name.
    slowTestThreshold: 5000,
  },
}));
