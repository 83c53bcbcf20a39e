/** What the fuzzers found once is not found again. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../scratch-folder.ts';
import type { OpenDoor } from './door.ts';
import { doorNamed } from './doors/index.ts';
import { keptCases } from './kept-cases.ts';

const scratch = scratchFolder();
const opened = new Map<string, Promise<OpenDoor>>();

function openedDoor(name: string): Promise<OpenDoor> {
  const folder = join(scratch, name);
  const known = opened.get(name);
  if (known !== undefined) return known;
  mkdirSync(folder);
  const door = Promise.resolve(doorNamed(name).open(folder));
  opened.set(name, door);
  return door;
}
afterAll(async () => {
  for (const door of opened.values()) await (await door).close?.();
});

describe('kept inputs', () => {
  it('there are some', () => {
    expect(keptCases().length).toBeGreaterThan(0);
  });

  it.each(keptCases())('%s', async (_, { door, base, steps, expected }) => {
    const one = await openedDoor(door);
    expect(one.bases).toContain(base);
    const { outcome } = await one.attempt(base, steps);
    expect(outcome).toBe(expected ?? outcome);
  });
});
