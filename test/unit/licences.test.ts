/** What the About page shows: every package that is shipped, with the words of its licence. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { collectLicences } from '../../scripts/licences.mjs';
import { licencesSchema } from '../../src/renderer/app/licences.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const json = (name: string): unknown => JSON.parse(readFileSync(`${root}${name}`, 'utf8'));
const licences = v.parse(licencesSchema, collectLicences(root));
const named = new Map(licences.map((one) => [one.name, one]));

describe('licences', () => {
  it('hold every production dependency in the version that is shipped', () => {
    const { dependencies } = v.parse(v.object({ dependencies: v.record(v.string(), v.string()) }), json('package.json'));
    expect(Object.keys(dependencies).length).toBeGreaterThan(5);
    for (const [name, version] of Object.entries(dependencies)) expect(named.get(name)?.version, name).toBe(version);
  });

  it('hold everything that the lock file counts as production, however deep', () => {
    const lock = v.parse(
      v.object({
        packages: v.record(v.string(), v.object({ dev: v.optional(v.boolean()), optional: v.optional(v.boolean()), devOptional: v.optional(v.boolean()) })),
      }),
      json('package-lock.json'),
    );
    const shipped = Object.entries(lock.packages).flatMap(([path, { dev, optional, devOptional }]) =>
      path === '' || dev === true || optional === true || devOptional === true ? [] : [path.split('node_modules/').at(-1) ?? ''],
    );
    expect(shipped.length).toBeGreaterThan(10);
    expect(shipped.filter((name) => !name.startsWith('@types/') && !named.has(name))).toEqual([]);
  });

  it('give the words, first our own, last those of the runtime', () => {
    expect(licences[0]?.name).toBe('Dumpbench');
    expect(licences.at(-1)?.name).toBe('Electron');
    expect(named.get('react')?.text).toMatch(/Permission is hereby granted/);
    for (const { name, text, licence } of licences) {
      expect(text.length, name).toBeGreaterThan(150);
      expect(licence, name).not.toBe('');
    }
  });
});
