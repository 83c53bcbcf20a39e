/** The BUILD-ID of every real dump's vmcoreinfo is that of the kernel image in its memory, and another one is not. */
import { describe, expect, it } from 'vitest';
import { vmcoreinfoChoice } from '../../../src/analysis/engine/session/kernel-search.ts';
import { lookForBuildId } from '../../../src/analysis/kernel/vmcoreinfo/build-id.ts';
import { crashDumps, dumpEntries, orNone } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const { signal } = new AbortController();
const dumps = [...crashDumps, ...dumpEntries.filter(({ how, name }) => how !== 'derived' && !name.includes('-mv-'))];

describe.skipIf(dumps.length === 0)('the build ID', () => {
  it.each(orNone(dumps))('of $name is found in its image', async (entry) => {
    await withSession(entry, async (session) => {
      const used = vmcoreinfoChoice(session).used;
      const id = used?.vmcoreinfo.entries.get('BUILD-ID');
      // Those of damaged dumps and of sets whose other files are not looked at lead nowhere.
      if (used === undefined || id === undefined || used.fit.fits !== 'yes') return;
      const of = (text: string) => {
        const entries = new Map([...used.vmcoreinfo.entries, ['BUILD-ID', text]]);
        return lookForBuildId(session.image, session.memory, { ...used.vmcoreinfo, entries }, signal);
      };
      expect(await of(id)).toMatchObject({ kind: 'same' });
      const other = await of(id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')));
      expect(other.kind).not.toBe('same');
      if (other.kind === 'other') expect(other.ids).toContain(id);
    });
  });
});
