/** Session files: a session, or why the text is none. What is one passes through a capsule's form and comes back. */
import * as v from 'valibot';
import { caseSession } from '../../../src/shared/case-session.ts';
import { annotationsOf } from '../../../src/shared/annotation-model.ts';
import { parseSession, sessionSchema } from '../../../src/shared/session-model.ts';
import { changedText, drawDocumentSteps } from '../document-steps.ts';
import { Fault, type Door } from '../door.ts';

const dump = { identity: 'a'.repeat(64), dumpKey: 'b'.repeat(64) };
const tab = { view: 'hex', dump: 0, grid: 2 };
const bases: Readonly<Record<string, unknown>> = {
  empty: { schema: 1, dumps: [], cursors: [], bookmarks: [], annotations: [], ignoreRules: [] },
  full: {
    schema: 1,
    dumps: [
      { ...dump, pathHint: 'vmcore', view: 'prod', volumes: ['other'], said: { machine: 's390x', physBase: '0x1000' }, attachments: { vmlinux: 'vmlinux' } },
      { pathHint: 'second' },
    ],
    layout: { direction: 'row', parts: [{ share: 0.5, tabs: [tab], front: 0 }, { direction: 'column', share: 0.5, parts: [{ share: 1, tabs: [tab] }] }] },
    active: tab,
    cursors: [{ dump: 0, space: 'absolute', address: '0x1000', length: 16 }],
    bookmarks: [{ dump: 0, space: 'virtual', cpu: 1, address: '0xffffffff00000000', comment: 'here', colour: 'blue', made: '2026-01-02T03:04:05Z' }],
    annotations: [{ dump: 0, space: 'file', start: '0x0', end: '0x10000000000000000', text: 'all', colour: 'red' }],
    comparisons: [{ left: 0, right: 1, order: 'given', exact: false, shift: 4096, rules: 'rules' }],
    queries: [{ dump: 0, history: [{ query: 'SELECT 1', rows: 10 }], shown: 'table', chart: 'bars' }],
    cpus: [{ dump: 0, ids: [0, 3] }],
    kept: [],
    splits: { hex: 0.25 },
    ignoreRules: [{ name: 'rules' }],
  },
}; // prettier-ignore

export const sessionFiles: Door = {
  name: 'session-files',
  about: 'session files: a session, or a sentence why the text is none',
  seconds: 2,
  least: 300,
  open: () => ({
    bases: Object.keys(bases),
    draw: (base, random) => drawDocumentSteps(bases[base], random),
    attempt(base, steps) {
      const parsed = parseSession(changedText(bases[base], steps));
      if ('why' in parsed) {
        if (parsed.why === '') throw new Fault('no reason is given');
        return Promise.resolve({ outcome: 'refused', calls: 1 });
      }
      const { session } = parsed;
      if (!v.is(sessionSchema, JSON.parse(JSON.stringify(session)))) throw new Fault('a session is none when it has been written and read again');
      annotationsOf(session, dump, 'all');
      const inCase = parseSession(caseSession(session, dump, 'dump'));
      if ('why' in inCase) throw new Fault(`the session of a capsule is none: ${inCase.why}`);
      return Promise.resolve({ outcome: 'answered', calls: 3 });
    },
  }),
};
