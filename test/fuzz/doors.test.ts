/** Every door, with inputs that are drawn anew in each run: 60 seconds of processor time in all, and a least number of inputs whatever that takes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runs } from '../run-size.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { doors } from './doors/index.ts';
import { minimised } from './minimise.ts';
import { faultKey, spend, type Input } from './tries.ts';

const scratch = scratchFolder();
const mebibyte = 2 ** 20;
/** What the process may grow by while it tries one door. */
const mostGrowth = 768 * mebibyte;

/** For the message: what a person puts into a kept case. */
const told = ({ door, base, steps }: Input, error: unknown): string =>
  `${JSON.stringify({ door, base, steps, found: String(error) })}\n${error instanceof Error ? (error.cause instanceof Error ? error.cause.stack : error.stack) : ''}`;

describe('doors', () => {
  it('share a minute of processor time', () => {
    expect(doors.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(60);
    expect(new Set(doors.map(({ name }) => name)).size).toBe(doors.length);
  });

  it.each(doors.map((door) => [door.name, door] as const))(
    '%s: an answer or the documented error',
    async (name, door) => {
      const folder = join(scratch, name);
      mkdirSync(folder);
      const opened = await door.open(folder);
      const before = process.memoryUsage().rss;
      const failures: string[] = [];
      try {
        const tally = await spend(
          name,
          opened,
          { first: 0, milliseconds: runs(door.seconds, 20 * door.seconds) * 1000, least: door.least },
          {
            async failed(input, error) {
              if (failures.length >= 5) return;
              const key = faultKey(error);
              const steps = await minimised(input.steps, (fewer) =>
                opened.attempt(input.base, fewer).then(
                  () => false,
                  (other: unknown) => faultKey(other) === key,
                ),
              );
              failures.push(told({ ...input, steps }, error));
            },
          },
        );
        console.log(`${name}: ${tally.inputs} inputs, ${tally.calls} calls, ${tally.refused} refused`);
        expect(failures).toEqual([]);
        expect(tally.inputs).toBeGreaterThanOrEqual(door.least);
        // Inputs that are all refused, or all taken, would show that the changes meet nothing.
        expect(tally.refused).toBeGreaterThan(0);
        expect(tally.refused).toBeLessThan(tally.inputs);
        expect(process.memoryUsage().rss - before).toBeLessThan(door.mostGrowth ?? mostGrowth);
      } finally {
        await opened.close?.();
      }
    },
    3_600_000,
  );
});
