/** Warnings, by rules with thresholds. */
import { failed } from '../../../shared/result.ts';
import { problemFacts } from '../problems/problem-facts.ts';
import { problemRules } from '../problems/rules/index.ts';
import { findHangs } from '../verdict/hangs/find-hangs.ts';
import { unseenHangs } from '../verdict/hangs/hangs.ts';
import { logEnd } from '../log/log-record.ts';
import { address, defineAnalysis, ownText, pause, pausing, text } from './analysis.ts';

/** Tasks whose stacks are followed. */
const mostStacks = 4096;

export const problems = defineAnalysis({
  id: 'problems',
  title: 'Problems',
  about:
    'What the rules warn of, with threshold, measured value, and evidence. A rule without a row is not a clean result: if it could not read what it needs, it is listed under missing.',
  needs: ['symbols'],
  uses: ['types', 'tasks', 'stacks', 'modules', 'log'],
  columns: {
    rule: ownText('id of the rule'),
    title: ownText('what it is about'),
    subject: text('which of several things of its kind'),
    severity: ownText('error: something does not work; warning: it may soon'),
    text: text('what is wrong'),
    value: text('what was measured'),
    threshold: ownText('threshold at which the rule warns'),
    evidence: text('from what it was measured; of a rule with the source "log" the first line'),
    address: address('address of the evidence'),
    source: ownText('memory, or log: the rule only quotes the log'),
    see: ownText('analysis that shows more'),
  },
  key: ['rule', 'subject'],
  grouping: ['severity', 'rule', 'source'],
  comparing: { first: { column: 'severity', values: ['error', 'warning'] } },
  *run(kernel) {
    const source = kernel.stacks?.hangSource();
    const hangs =
      source === undefined
        ? failed('tasks that hang', kernel.tasks?.missing[0]?.why ?? 'tasks are not known')
        : { value: yield* pausing(findHangs({ ...source, logEnd: logEnd(kernel.kernel.log), mostStacks })) };
    const facts = problemFacts(kernel, hangs);
    for (const rule of problemRules) {
      const { id, title, threshold, source: from, see } = rule;
      for (const found of rule.look(facts)) {
        if ('missing' in found) yield { missing: { ...found.missing, what: `${id}: ${found.missing.what}` } };
        else yield { row: { rule: id, title, threshold, source: from, see, ...found } };
      }
      yield pause;
    }
    if ('value' in hangs) for (const why of unseenHangs(hangs.value)) yield { missing: { what: 'tasks that hang', why } };
  },
});
