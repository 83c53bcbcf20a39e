/** Two compared dumps and their sides: the older one on the left, unless the user says otherwise or no clock shows it. */
import type { CompareTimes } from '../../../shared/compare-model.ts';
import type { ComparisonSettings } from '../../state/comparisons.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { timeText } from '../../words/durations.ts';

export type Side = 'left' | 'right';
export type Age = 'older' | 'newer';

/** One dump as named in headings. */
export interface SideName {
  /** "vmcore", "vmcore (host1)". */
  readonly name: string;
  /** Present if a clock shows it. */
  readonly age: Age | undefined;
  /** When it was taken; with the fraction if both were within one second. */
  readonly time: string | undefined;
}

export interface Pair {
  /** The dump whose comparison it is: settings and rules are stored with it. */
  readonly owner: OpenDump;
  readonly left: OpenDump;
  readonly right: OpenDump;
  readonly names: Readonly<Record<Side, SideName>>;
  /** Which one is older, as text. */
  readonly order: string;
  readonly settings: ComparisonSettings;
  /** Bytes added to addresses for the right dump. */
  readonly shift: number;
}

/** @param times of owner and other, in this order */
export function ownerIsLeft(order: ComparisonSettings['order'], times: CompareTimes | undefined): boolean {
  return order === 'time' ? times?.order !== 'right-older' : order === 'given';
}

const turned: Readonly<Record<CompareTimes['order'], CompareTimes['order']>> = {
  'left-older': 'right-older',
  'right-older': 'left-older',
  same: 'same',
  unknown: 'unknown',
};

interface PairParts {
  readonly owner: OpenDump;
  readonly other: OpenDump;
  readonly settings: ComparisonSettings;
  /** Of owner and other, in this order; undefined if they could not be read. */
  readonly times: CompareTimes | undefined;
  readonly nameOf: (dump: OpenDump) => string;
}

export function pairOf({ owner, other, settings, times, nameOf }: PairParts): Pair {
  const isGiven = ownerIsLeft(settings.order, times);
  const [left, right] = isGiven ? [owner, other] : [other, owner];
  const known = times?.order ?? 'unknown';
  const order = isGiven ? known : turned[known];
  const [leftIso, rightIso] = isGiven ? [times?.left, times?.right] : [times?.right, times?.left];
  const shown = timesText(leftIso, rightIso);
  const ages: Readonly<Record<Side, Age | undefined>> = {
    left: order === 'left-older' ? 'older' : order === 'right-older' ? 'newer' : undefined,
    right: order === 'left-older' ? 'newer' : order === 'right-older' ? 'older' : undefined,
  };
  return {
    owner,
    left,
    right,
    names: {
      left: { name: nameOf(left), age: ages.left, time: shown.left },
      right: { name: nameOf(right), age: ages.right, time: shown.right },
    },
    order: orderText(times, order),
    settings,
    shift: isGiven ? settings.shift : -settings.shift,
  };
}

/** If two are the same to the second, the fraction distinguishes them. */
function timesText(left: string | undefined, right: string | undefined): Readonly<Record<Side, string | undefined>> {
  const [one, other] = [left, right].map((iso) => (iso === undefined ? undefined : timeText(iso)));
  if (one === undefined || one !== other || left === right) return { left: one, right: other };
  const whole = (iso: string | undefined): string | undefined => iso?.replace('T', ' ').replace(/Z$/, ' UTC');
  return { left: whole(left), right: whole(right) };
}

function orderText(times: CompareTimes | undefined, order: CompareTimes['order']): string {
  switch (order) {
    case 'left-older':
      return `The right dump is ${times?.apart ?? ''} newer.`;
    case 'right-older':
      return `The left dump is ${times?.apart ?? ''} newer.`;
    case 'same':
      return 'Both dumps were taken at the same moment.';
    case 'unknown':
      return times === undefined ? 'Times unknown.' : `${times.text.charAt(0).toUpperCase()}${times.text.slice(1)}: left and right are in the order you chose.`;
  }
}

/** Undefined if no clock shows it, or both were taken at the same moment. */
export const newerSide = ({ names }: Pick<Pair, 'names'>): Side | undefined =>
  names.left.age === 'newer' ? 'left' : names.right.age === 'newer' ? 'right' : undefined;

/** For headings that are plain text. */
export const sideText = ({ name, age }: SideName): string => (age === undefined ? name : `${name}, ${age}`);

/** What one side has and the other lacks, in terms of time: in memory, pages may be filtered out; in lists, entries were added or removed. */
export const onlyWords = ({ names }: Pick<Pair, 'names'>, side: Side): string => `only ${names[side].age ?? side}`;
export const rowWords = ({ names }: Pick<Pair, 'names'>, side: Side): string =>
  ({ older: 'gone', newer: 'new', unknown: `only ${side}` })[names[side].age ?? 'unknown'];

/** How something that only one side has is drawn. */
export type OnlyTone = 'added' | 'removed' | 'plain';
export const onlyTone = ({ names }: Pick<Pair, 'names'>, side: Side): OnlyTone =>
  (({ older: 'removed', newer: 'added', unknown: 'plain' }) as const)[names[side].age ?? 'unknown'];
