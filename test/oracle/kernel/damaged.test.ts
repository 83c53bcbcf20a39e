/** Damaged, cut and filtered dumps: of log and symbols there is less or the same, never anything else. */
import { describe, expect, it } from 'vitest';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { openSession, sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { dumpFile, openDumpSource, derivedDumps, dumpEntries } from '../../dumps.ts';
import { isFailure } from '../../../src/shared/result.ts';

/** The damages that leave a dump which opens; one of each kind, of the smallest guest. */
const damages = derivedDumps.filter(({ name, base }) => name.startsWith('o-small-s7-') && base !== undefined);
const filtered = dumpEntries.filter(({ name }) => name === 'o-herc-fba-incomplete.s390' || name === 'o-herc-eckd-limit.s390');

interface Story {
  readonly log: readonly string[];
  readonly symbols: ReadonlySet<string>;
}

function storyOf({ kernel }: Session): Story {
  const log = !isFailure(kernel.log) ? kernel.log.value.records.map(({ sequence, time, text }) => `${String(sequence)} ${String(time)} ${text}`) : [];
  const symbols =
    kernel.publishesSymbols && !isFailure(kernel.symbols) ? [...kernel.symbols.value.all()].map(({ address, type, name }) => `${address} ${type} ${name}`) : [];
  return { log, symbols: new Set(symbols) };
}

describe('log and symbols of damaged dumps', () => {
  const whole = dumpFile('o-small-s5-qemu.elf').then((path) => {
    const session = openSession(path);
    const story = storyOf(session);
    session.close();
    return story;
  });

  it('are known completely', async () => {
    expect((await whole).log).toHaveLength(167);
    expect((await whole).symbols.size).toBeGreaterThan(30_000);
  });

  it.each([...damages, ...filtered])('$name: less or the same', async (entry) => {
    const { source, close } = await openDumpSource(entry);
    try {
      const story = storyOf(sessionOn(source));
      const { log, symbols } = await whole;
      // The stand-alone dumper ran after the log was written: what it overwrote is not part of it.
      expect(story.log.filter((line) => !log.includes(line))).toEqual([]);
      expect([...story.symbols].filter((line) => !symbols.has(line))).toEqual([]);
    } catch (error) {
      // A dump that does not open says so; anything else is our own fault.
      if (!isDumpError(error)) throw error;
    } finally {
      close();
    }
  });
});
