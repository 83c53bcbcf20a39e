/** The list of all differing ranges. */
import { useCallback, useState } from 'react';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import { spacedAddress } from '../../../shared/addresses-in-text.ts';
import { pageSize } from '../../../shared/units.ts';
import { countText, paddedHex, plural } from '../../words/numbers.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { explainedText } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { kindTone, kindWord } from './difference-kinds.ts';
import type { Pair } from './pair.ts';
import { ruleOver } from './rule-steps.ts';
import { useRangeNames } from './use-range-names.ts';
import type { Differences } from './use-differences.ts';

interface DifferenceListProps {
  /** Addresses are the left dump's. */
  readonly pair: Pair;
  readonly differences: Differences;
  readonly current: number | undefined;
  readonly onShow: (range: PairRange) => void;
  readonly rules: IgnoreRules | undefined;
  readonly onIgnore: (range: PairRange) => void;
  /** Undefined if the rules cannot be changed. */
  readonly onCount: ((rule: string) => void) | undefined;
}

const addressText = (address: bigint): string => (address < 0n ? `-0x${(-address).toString(16)}` : paddedHex(address));
const pagesOf = ({ start, end }: PairRange): number => Number((end - start) / BigInt(pageSize));

type Shown = Pick<DifferenceListProps, 'pair' | 'rules' | 'onShow' | 'onIgnore' | 'onCount'> & {
  readonly nameOf: (range: PairRange) => string | undefined;
};

function rangeColumns({ pair, rules, onShow, onIgnore, onCount, nameOf }: Shown): readonly DataColumn<PairRange>[] {
  const ruleOf = (range: PairRange): string | undefined => (range.kind === 'ignored' ? ruleOver(rules, range)?.name : undefined);
  const kindText = (range: PairRange): string => {
    const rule = ruleOf(range);
    return rule === undefined ? kindWord(pair, range.kind) : `ignored: ${rule}`;
  };
  return [
    {
      id: 'index',
      title: 'nr',
      width: 6,
      kind: 'number',
      text: (_, index) => countText(index + 1),
      value: (_, index) => index + 1,
      cell: (_, { index }) => <span className="dim">{countText(index + 1)}</span>,
    },
    {
      id: 'start',
      title: 'start',
      width: 21,
      kind: 'number',
      text: ({ start }) => addressText(start),
      cell: (range) => (
        <button
          type="button"
          className="link code"
          {...(range.start < 0n ? {} : explainedText(pair.left.key, spacedAddress('absolute', range.start)))}
          onClick={() => onShow(range)}
        >
          {range.start < 0n ? addressText(range.start) : <HexNumber value={range.start} />}
        </button>
      ),
    },
    { id: 'pages', title: 'size', width: 13, kind: 'number', text: (range) => plural(pagesOf(range), 'page'), value: pagesOf },
    {
      id: 'kind',
      title: 'what',
      width: 12,
      grow: 1,
      text: kindText,
      cell: (range) => (
        <span className={`compare-kind ${kindTone(pair, range.kind)}`}>
          <Hostile text={kindText(range)} title />
        </span>
      ),
    },
    {
      id: 'name',
      title: 'begins in',
      about: 'What is at the start of the range: symbol, task, object, region, or page',
      width: 12,
      grow: 3,
      // Names are requested only for rows in view: copied rows would claim that the others have none.
      isTool: true,
      text: () => '',
      cell: (range) => <Hostile text={nameOf(range) ?? ''} title />,
    },
    {
      id: 'ignore',
      title: 'ignore',
      width: 6,
      isTool: true,
      text: () => '',
      cell: (range) => {
        const rule = ruleOf(range);
        if (rule !== undefined)
          return onCount === undefined ? null : (
            <IconButton icon="eye" label={`Remove the rule ${rule}, so that this difference counts again`} onPress={() => onCount(rule)} />
          );
        return range.kind === 'ignored' || range.start < 0n ? null : (
          <IconButton icon="eye-closed" label={`Ignore ${addressText(range.start)} to ${addressText(range.end)}`} onPress={() => onIgnore(range)} />
        );
      },
    },
  ];
}

export function DifferenceList({ pair, differences, current, rules, onShow, onIgnore, onCount }: DifferenceListProps) {
  const { total = 0, want, at, read } = differences;
  const [sight, setSight] = useState<readonly [number, number]>([0, 0]);
  const visible = useCallback(
    (first: number, end: number) => {
      want(first, end);
      setSight([first, end]);
    },
    [want],
  );
  const inSight = Array.from({ length: Math.max(0, sight[1] - sight[0]) }, (_, index) => at(sight[0] + index)).filter((range) => range !== undefined);
  const nameOf = useRangeNames(pair, inSight);
  if (differences.total === 0) return <p className="message">No page differs.</p>;
  return (
    <DataTable
      name="ranges"
      label="Differing ranges"
      testId="difference-list"
      columns={rangeColumns({ pair, rules, onShow, onIgnore, onCount, nameOf })}
      rows={{ of: 'ranges', total, at, want: visible, read }}
      before={
        <span className="caption">
          {differences.total === undefined ? 'Differences' : plural(total, 'range')}
          {differences.complete ? '' : ', more exist'}
        </span>
      }
      current={current}
      onRow={onShow}
      rowItems={(range) => [
        { label: 'Show it', run: () => onShow(range) },
        { label: 'Ignore it', enabled: range.kind !== 'ignored' && range.start >= 0n, run: () => onIgnore(range) },
      ]}
    />
  );
}
