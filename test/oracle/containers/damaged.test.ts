/** Recorded damages of containers: exactly what we say of each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { dumpEntries, openDumpSource } from '../../dumps.ts';
import { standaloneText } from './container-dumps.ts';
import { answeredFacts, statedFacts } from './standalone-facts.ts';

interface Expected {
  /** Message of the refusal; undefined where it opens. */
  readonly refused?: RegExp;
  readonly complete?: boolean;
  /** Ids of all findings that are not mere information. */
  readonly findings?: readonly string[];
  /** Checks of the container that fail, all of them. */
  readonly failed?: readonly string[];
  /** Some of the other checks that fail. */
  readonly alsoFailed?: readonly string[];
  /** Dump whose memory it still is. */
  readonly sameMemoryAs?: string;
  /** Part of the detail of one of those checks. */
  readonly detail?: RegExp;
}

const ofContainer: ReadonlySet<string> = new Set(['container-complete', 'segments', 'end-marker', 'volume-set', 'page-decode', 'bitmap-count']);

const expectations: Readonly<Record<string, Expected>> = {
  'o-small-s7-signature.kdump': { refused: /not a dump that Dumpbench knows/ },
  'o-small-s7-bitmap-blocks.kdump': {
    complete: false,
    findings: ['container-complete/bitmap-blocks'],
    failed: ['container-complete'],
    detail: /bitmap_blocks is 2147483647; 65536 page frames need 4/,
  },
  'o-small-s7-desc-offset.kdump': {
    complete: true,
    findings: [],
    failed: ['page-decode'],
    detail: /^5765 of 5766 stored pages can be read; the page at absolute 0x4eb000: /,
  },
  'o-small-s7-page-flip.kdump': {
    complete: true,
    findings: [],
    failed: ['page-decode'],
    detail: /^5765 of 5766 stored pages can be read; the page at absolute 0x38e000: /,
  },
  'o-small-s7-truncated.kdump': {
    complete: false,
    findings: ['container-complete/truncated'],
    failed: ['container-complete', 'page-decode'],
    detail: /point to data past its end/,
  },
  'o-herc-s7-no-stop-marker.s390': {
    complete: false,
    findings: ['segments/stop-marker'],
    failed: ['segments'],
    detail: /there is an end marker at file offset 0x310a000/,
  },
  'o-herc-s7-segment-length.s390': {
    complete: false,
    findings: ['segments/length'],
    failed: ['segments'],
    detail: /the segment at absolute 0x1600000 claims 0x200000 bytes, but the next header is after 0x100000/,
    sameMemoryAs: 'o-herc-fba-ext.s390',
  },
  'o-herc-s7-segment-overlap.s390': {
    complete: false,
    findings: ['segments/copies-differ', 'segments/copies-differ', 'segments/copies-differ', 'segments/order'],
    failed: ['segments'],
    alsoFailed: ['vmcoreinfo'],
    detail: /the segment at file offset 0x1605000 starts at absolute 0x1000000/,
  },
  'o-herc-s7-end-before-start.s390': { complete: false, findings: ['end-marker/time'], failed: ['end-marker'], alsoFailed: ['cross-time'] },
  'o-herc-s7-no-end-marker.s390': { complete: false, findings: ['end-marker/missing'], failed: ['end-marker'] },
  'o-herc-s7-lc-vec-duplicate.s390': { complete: true, findings: [], failed: [], alsoFailed: ['cross-cpu-count', 'cross-prefix'] },
};

const cases = dumpEntries.flatMap((entry) => {
  const expected = expectations[entry.name];
  return expected === undefined ? [] : [{ entry, expected }];
});

describe.skipIf(cases.length === 0)('recorded damages', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);

  describe.each(cases.map((one) => [one.entry.name, one] as const))('%s', (_name, { entry, expected }) => {
    let session: Session | undefined;
    let refusal: unknown;
    let close: (() => void) | undefined;
    beforeAll(async () => {
      const opened = await openDumpSource(entry);
      close = () => {
        opened.close();
      };
      try {
        session = sessionOn(opened.source);
      } catch (error) {
        refusal = error;
      }
    });
    afterAll(() => {
      close?.();
    });

    it('is reported for what it is', async () => {
      if (expected.refused !== undefined) {
        expect(String(refusal)).toMatch(expected.refused);
        return;
      }
      if (session === undefined) throw refusal;
      const { image } = session;
      const checks = await checkSession(session, 'scan', new AbortController().signal);
      const failed = checks.filter((check) => check.verdict === 'failed');
      expect({
        complete: image.container.complete.value,
        findings: image.findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.id),
        failed: failed.map((check) => check.id).filter((id) => ofContainer.has(id)),
      }).toEqual({ complete: expected.complete, findings: expected.findings, failed: expected.failed });
      expect(failed.map((check) => check.id)).toEqual(expect.arrayContaining([...(expected.alsoFailed ?? [])]));
      if (expected.sameMemoryAs !== undefined) {
        const stated = statedFacts(standaloneText(expected.sameMemoryAs, 'facts.txt') ?? '');
        const answered = answeredFacts(session);
        for (const [fact, value] of stated) if (fact.startsWith('memory to ')) expect(answered.get(fact)).toBe(value);
      }
      if (expected.detail !== undefined) expect(failed.map((check) => check.detail).join('\n')).toMatch(expected.detail);
    });
  });
});
