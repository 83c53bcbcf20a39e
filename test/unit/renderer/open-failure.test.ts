/** The error page of a file that does not open: no repetition, and no useless advice. */
import { describe, expect, it } from 'vitest';
import type { OpenFailure } from '../../../src/renderer/state/open-dump.ts';
import { failureHeadline, isHelpedByWords, nextSteps, sentence, staysAsItIs } from '../../../src/renderer/words/open-failure.ts';

const kinds = Object.keys(nextSteps) as OpenFailure['kind'][];

describe('a file that does not open', () => {
  it('has a title that is the finding, or adds to it', () => {
    expect(failureHeadline({ kind: 'not-this-format', what: 'not a dump that Dumpbench knows: it looks like a text file' })).toEqual({
      text: 'Not a dump that Dumpbench knows: it looks like a text file',
      isWhat: true,
    });
    expect(failureHeadline({ kind: 'truncated', what: 'e_phoff points to 0xc0, past the end of the file (100 bytes)' }).isWhat).toBe(false);
    expect(sentence('s390 stand-alone dump')).toBe('s390 stand-alone dump');
    expect(failureHeadline({ kind: 'io', what: 'no such file' })).toEqual({ text: 'The file cannot be read.', isWhat: false });
    expect(sentence('ELF program')).toBe('ELF program');
  });

  it('gets no advice to unpack it, since packed files can be opened', () => {
    const advice = kinds.flatMap((kind) => nextSteps[kind]);
    expect(advice.length).toBeGreaterThanOrEqual(kinds.length);
    for (const step of advice) expect(step).not.toMatch(/unpack|gunzip|--\w/);
    for (const kind of kinds) expect(nextSteps[kind].length, kind).toBeGreaterThan(0);
  });

  it('offers to supply information only if that can help', () => {
    expect(kinds.filter((kind) => !isHelpedByWords({ kind }))).toEqual(['several', 'foreign', 'io']);
    expect(kinds.filter((kind) => staysAsItIs({ kind }))).toEqual(['several', 'foreign', 'not-this-format']);
  });
});
