/** Known issues found again in verdicts. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { knownIssueSchema, withKnownIssues, type KnownIssue } from '../../../src/shared/known-issues.ts';
import type { VerdictJson } from '../../../src/shared/verdict-model.ts';

const stack = 'ab'.repeat(32);
const verdict: VerdictJson = {
  class: 'bug',
  contributing: [],
  title: 'BUG in weigh_parcel',
  signature: { stack, title: 'BUG in weigh_parcel' },
  frames: ['weigh_parcel', 'clerk', 'counter'],
  evidence: [],
};
const fits = (issue: Partial<KnownIssue>, release: string | undefined = '6.12.107-7.el9'): boolean =>
  withKnownIssues(verdict, [{ text: 'known', ...issue }], release).knownIssues?.length === 1;

describe('known issues', () => {
  it.each<[string, Partial<KnownIssue>, boolean]>([
    ['its class', { class: 'bug' }, true],
    ['another class', { class: 'deadlock' }, false],
    ['its title', { title: 'BUG in weigh_parcel' }, true],
    ['a part of the title', { title: 'BUG in weigh' }, false],
    ['a title with stars', { title: 'BUG*_par*' }, true],
    ['a star for nothing', { title: '*BUG in weigh_parcel*' }, true],
    ['stars in another order', { title: '*parcel*weigh*' }, false],
    ['parts that would overlap', { title: 'BUG in weigh_parcel*parcel' }, false],
    ['its stack key', { stack }, true],
    ['another key', { stack: 'cd'.repeat(32) }, false],
    ['functions in their order', { frames: ['weigh_parcel', 'counter'] }, true],
    ['functions in another order', { frames: ['counter', 'weigh_parcel'] }, false],
    ['more functions than there are', { frames: ['weigh_parcel', 'clerk', 'counter', 'door'] }, false],
    ['all of several', { class: 'bug', title: 'BUG*', frames: ['clerk'] }, true],
    ['one of several', { class: 'bug', title: 'NULL*' }, false],
  ])('%s', (_, issue, isFound) => {
    expect(fits(issue)).toBe(isFound);
  });

  it.each<[string, NonNullable<KnownIssue['release']>, string | undefined, boolean]>([
    ['within', { from: '6.1', to: '6.12' }, '6.12.107-7.el9', true],
    ['at its first', { from: '6.12.107' }, '6.12.107', true],
    ['below', { from: '6.12.108' }, '6.12.107', false],
    ['above', { to: '6.12.106' }, '6.12.107', false],
    ['10 is more than 9', { from: '6.9' }, '6.10.1', true],
    ['no release', { from: '6.1' }, undefined, false],
    ['a release without numbers', { from: '6.1' }, 'next', false],
  ])('a range of releases: %s', (_, release, own, isFound) => {
    expect(withKnownIssues(verdict, [{ class: 'bug', release, text: 'known' }], own).knownIssues?.length === 1).toBe(isFound);
  });

  it('keep their text and link, in their order; without a list there is none', () => {
    const list = [
      { class: 'bug', text: 'first', link: 'https://issues.example/1' },
      { title: 'no such', text: 'second' },
      { title: 'BUG*', text: 'third' },
    ] as const;
    expect(withKnownIssues(verdict, list, undefined).knownIssues).toEqual([{ text: 'first', link: 'https://issues.example/1' }, { text: 'third' }]);
    expect(withKnownIssues(verdict, [], undefined).knownIssues).toEqual([]);
    expect(withKnownIssues(verdict, undefined, undefined)).toBe(verdict);
  });

  it('take a pattern of many stars in no time that grows with it', () => {
    const long = { ...verdict, title: 'a'.repeat(4000) };
    expect(withKnownIssues(long, [{ title: `${'a*'.repeat(1500)}b`, text: 'known' }], undefined).knownIssues).toEqual([]);
  });

  it.each([
    { text: 'x' },
    { class: 'none', text: 'x' },
    { class: 'bug' },
    { class: 'bug', text: 'x', more: 1 },
    { stack: 'ab', text: 'x' },
    { frames: [], text: 'x' },
  ])('are refused where they are none: %j', (json) => {
    expect(v.safeParse(knownIssueSchema, json).success).toBe(false);
  });
});
