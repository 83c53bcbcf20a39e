/** Files of known issues: the issues, or the line that is none; and what fits a verdict. */
import * as v from 'valibot';
import { knownIssuesSchema, parseKnownIssues, withKnownIssues } from '../../../src/shared/known-issues.ts';
import { verdictSchema, type VerdictJson } from '../../../src/shared/verdict-model.ts';
import { changedText, drawDocumentSteps } from '../document-steps.ts';
import { Fault, type Door } from '../door.ts';

const stack = 'c'.repeat(64);
const verdict: VerdictJson = {
  class: 'bug', contributing: [], title: 'BUG in f', signature: { stack, title: 'BUG in f' }, frames: ['f', 'g', 'h'], evidence: [],
}; // prettier-ignore
const bases: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  class: { class: 'bug', text: 'known' },
  title: { title: 'BUG*f', text: 'known', link: 'https://example.org/1' },
  frames: { frames: ['f', 'h'], release: { from: '6.1', to: '6.12.107' }, text: 'known' },
  stack: { stack, text: 'known' },
};
const first = JSON.stringify(bases.class);

export const knownIssues: Door = {
  name: 'known-issues',
  about: 'files of known issues: the issues, or the line that is none with a reason',
  seconds: 1,
  least: 300,
  open: () => ({
    bases: Object.keys(bases),
    draw: (base, random) => drawDocumentSteps(bases[base], random),
    attempt(base, steps) {
      const issues = parseKnownIssues(`${first}\n\n${changedText(bases[base], steps)}\n`);
      if ('why' in issues) {
        if (issues.line < 1 || issues.why === '') throw new Fault('the line or the reason is missing');
        return Promise.resolve({ outcome: 'refused', calls: 1 });
      }
      if (!v.is(knownIssuesSchema, issues)) throw new Fault('an issue is out of its schema');
      for (const release of [undefined, '', '6.1.0', 'next', '9'.repeat(4000)])
        if (!v.is(verdictSchema, withKnownIssues(verdict, issues, release))) throw new Fault('the verdict is out of its schema');
      return Promise.resolve({ outcome: 'answered', calls: 6 });
    },
  }),
};
