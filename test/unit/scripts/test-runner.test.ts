/** How a run of the tests skips what it cannot test, and what it says about that. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requirements } from '../../../scripts/test-requirements.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** A quick file of which one test needs readelf. */
const file = 'test/samples/elf-vmcore.test.ts';

interface Run {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs scripts/test.mjs as npm does; what the runner that runs this test has set for its own workers does not belong to it. */
function runTests(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Run {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|DUMPBENCH_(TALLY|SUITE|REQUIRE|WITHOUT)|NODE_OPTIONS|TEST$)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), ...words], { cwd: root, env, encoding: 'utf8' });
  return { code: status, lines: `${stdout}${stderr}`.trimEnd().split('\n') };
}

describe('a run of tests', () => {
  it('skips loudly what is missing, stays green, and says what installs it', () => {
    const { code, lines } = runTests({ DUMPBENCH_WITHOUT: 'readelf' }, file);
    expect(lines.at(-1)).toMatch(/^[1-9]\d* passed, 0 failed, 1 skipped$/);
    expect(lines.filter((line) => line.startsWith('!!!'))).toEqual([
      '!!! 1 test SKIPPED for want of readelf (DUMPBENCH_WITHOUT hides it): apt-get install --no-install-recommends binutils',
    ]);
    expect(code).toBe(0);
  });

  it('fails where that was required', () => {
    const { code, lines } = runTests({ DUMPBENCH_WITHOUT: 'readelf', DUMPBENCH_REQUIRE: 'all' }, file);
    expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual(['FAILED: readelf is required (DUMPBENCH_REQUIRE), and tests that need it were skipped']);
    expect(code).toBe(1);
    // Only what the tests of this run needed counts.
    expect(runTests({ DUMPBENCH_WITHOUT: 'hashdeep', DUMPBENCH_REQUIRE: 'all' }, file).code).toBe(0);
  });

  it('fails when no test has the name that was given', () => {
    const { code, lines } = runTests({}, file, '-t', 'no such test');
    expect(lines.at(-1)).toMatch(/^0 passed, [01] failed, \d+ skipped$/);
    expect(code).toBe(1);
  });
});

describe('requirements', () => {
  it('each have an id of their own, a purpose and a line that installs them', () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
    for (const { id, purpose, install, packages } of requirements) {
      expect(purpose, id).not.toBe('');
      expect(install, id).toMatch(/^(apt-get install |npm run test:setup$)/);
      if (install.startsWith('apt-get'))
        expect(
          packages.every((name) => install.includes(name)),
          id,
        ).toBe(true);
    }
  });
});
