import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What npm runs by itself when packages are installed (docs.npmjs.com, scripts). */
const runByInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare', 'dependencies'];

it('installing runs none of our scripts, so that npm ci cannot fail by one of them', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => runByInstall.includes(name))).toEqual([]);
});
