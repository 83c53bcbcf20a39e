import { expect, vi } from 'vitest';

// A test of the window waits up to a minute for each step: several such waits fit into one test.
if (/[/\\]test[/\\]e2e[/\\]/.test(expect.getState().testPath ?? '')) vi.setConfig({ testTimeout: 240_000 });
