/** `open` on a machine without a display: the triage of the same dumps, and a word why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const displays = ['DISPLAY', 'WAYLAND_DISPLAY'] as const;
const before = displays.map((name) => process.env[name]);

describe.skipIf(process.platform !== 'linux')('open', () => {
  const files = commandFiles(folder);
  beforeAll(() => {
    for (const name of displays) Reflect.deleteProperty(process.env, name);
  });
  afterAll(() => {
    displays.forEach((name, index) => {
      if (before[index] !== undefined) process.env[name] = before[index];
    });
  });

  it('prints the triage and says that there is no display', async () => {
    const { code, out, err } = await runInProcess(['open', files.damaged, files.healthy]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^dumpbench: Neither DISPLAY nor WAYLAND_DISPLAY is set\. The triage is printed here instead\.\n/);
    const triage = await runInProcess(['triage', files.damaged, files.healthy]);
    expect(out.endsWith(triage.out)).toBe(true);
  });

  it('prints one document with --json, its reason on standard error', async () => {
    const { code, out, err } = await runInProcess(['open', files.damaged, '--json']);
    expect(code).toBe(0);
    expect(v.parse(triageSchema, JSON.parse(out)).dumps).toHaveLength(1);
    expect(err).toContain('Neither DISPLAY');
  });

  it('hands on that a file is no dump', async () => {
    const { code, err } = await runInProcess(['open', files.notDump, '--quiet']);
    expect(code).toBe(3);
    expect(err).toMatch(/notes\.txt, offset 0x0: /);
  });
});
