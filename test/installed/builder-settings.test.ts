/** What electron-builder is told for the systems on which no test runs: its own schema takes it, and its files are there. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as v from 'valibot';

const file = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const targets = v.object({ icon: v.string(), target: v.array(v.string()) });
const settingsSchema = v.looseObject({ mac: targets, win: targets, electronFuses: v.record(v.string(), v.boolean()) });

// As electron-builder itself reads its settings.
const ofBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { load } = ofBuilder('js-yaml') as { load: (text: string) => unknown };
const { validateConfiguration } = ofBuilder('app-builder-lib/out/util/config/config') as {
  validateConfiguration: (settings: unknown, log: { isEnabled: boolean; add: () => void }) => Promise<void>;
};
const read = (): unknown => load(readFileSync(file('electron-builder.yml'), 'utf8'));
const validate = (settings: unknown): Promise<void> => validateConfiguration(settings, { isEnabled: false, add: () => undefined });

it('its schema takes the settings, and no others', async () => {
  await expect(validate(read())).resolves.toBeUndefined();
  await expect(validate({ ...(read() as object), win: { targets: ['nsis'] } })).rejects.toThrow(/configuration\.win should be/);
});

it('macOS gets a dmg and a zip, Windows an installer, each with the icons of its own form', () => {
  const { mac, win } = v.parse(settingsSchema, read());
  expect([mac.target, win.target]).toEqual([['dmg', 'zip'], ['nsis']]);
  const head = (name: string): string => readFileSync(file(name)).toString('latin1', 0, 4);
  expect([head(mac.icon), head(win.icon)]).toEqual(['icns', '\0\0\u0001\0']);
});

it('no system gets a program that works as Node, accepts a debugger, or loads code from outside its archive', () => {
  const { electronFuses } = v.parse(settingsSchema, read());
  expect(electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
  });
  expect(existsSync(file('LICENSE'))).toBe(true);
});
