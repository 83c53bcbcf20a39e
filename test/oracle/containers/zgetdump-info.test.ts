/** What `zgetdump -i` says of every dump that it opens is in `info` too. */
import { describe, expect, it } from 'vitest';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { dumpEntries, oracleText } from '../../dumps.ts';
import { disagreements } from '../facts.ts';
import { containers, standaloneText, withContainer, type Container } from './container-dumps.ts';
import { answeredInfo, statedInfo } from './zgetdump-info.ts';

const suffixes = ['zgetdump-2.16.txt', 'zgetdump-2.35.txt', 'zgetdump-2.35-device.txt'];

/** A set is taken by neither version: 2.16 believes in one of its volumes alone. */
const isSet = ({ others }: Container): boolean => others.length > 0;
const alone = [
  ...containers.filter((one) => !isSet(one)),
  ...dumpEntries
    .filter(({ name, how }) => how !== 'derived' && !containers.some((one) => one.name === name || one.others.includes(name)))
    .map(({ name }) => ({ name, others: [] })),
];

const cases = alone.flatMap((container) =>
  suffixes.flatMap((suffix) => {
    const text = oracleText(container.name, suffix) ?? standaloneText(container.name, suffix);
    // Version 2.16 takes virtual for physical addresses where the two differ, and then says so in this way.
    return text?.includes('General dump info:') === true && !text.includes('is a user space core dump') ? [{ container, suffix, text }] : [];
  }),
);
const named = cases.map((one) => [one.container.name, one.suffix, one] as const);

describe.skipIf(cases.length === 0)('zgetdump -i', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);

  it.each(named)('%s: info has every fact of %s', async (_name, _suffix, { container, text }) => {
    const stated = statedInfo(text);
    expect(stated.size).toBeGreaterThan(4);
    await withContainer(container, (session) => {
      const answered = answeredInfo(describeDump(session));
      expect(disagreements(stated, answered)).toEqual([]);
      for (const fact of stated.keys()) {
        const altered = new Map(answered).set(fact, `${String(answered.get(fact))}1`);
        expect(disagreements(stated, altered).map((one) => one.fact)).toEqual([fact]);
      }
    });
  });
});
