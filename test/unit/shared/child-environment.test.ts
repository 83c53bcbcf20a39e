/** What processes that read dumps are started with, by whatever starts them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allocator as ofLauncher } from '../../../scripts/node-runtime.mjs';
import { allocator, childEnvironment } from '../../../src/shared/child-environment.ts';

it('passes on what is named, and nothing else', () => {
  const given = { PATH: '/bin', SECRET: 'x', PGPASSFILE: '/home/me/.pgpass' };
  expect(childEnvironment(given)).toEqual({ PATH: '/bin', ...allocator });
  expect(childEnvironment(given, ['PGPASSFILE'])).toEqual({ PATH: '/bin', PGPASSFILE: '/home/me/.pgpass', ...allocator });
});

it('sets up the allocator as the launchers do, unless the user has', () => {
  expect(ofLauncher).toEqual(allocator);
  const script = readFileSync(new URL('../../../scripts/installed/dumpbench', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(allocator)) {
    expect(script).toContain(`export ${name}="\${${name}:-${value}}"`);
    expect(childEnvironment({ [name]: '1' })).toEqual({ [name]: '1' });
  }
});
