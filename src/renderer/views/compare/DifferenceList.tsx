/** All differing ranges. */
import { useCallback, useState } from 'react';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import { spacedAddress } from '../../../shared/addresses-in-text.ts';
import { pageSize } from '../../../shared/units.ts';
import { countText, paddedHex, plural } from '../../words/numbers.ts';
import { explainedText } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { kindTone, kindWord } from './difference-kinds.ts';
import type { Pair } from './pair.ts';
import { ruleOver } from './rule-steps.ts';
import { useRangeNames } from './use-range-names.ts';
import type { Differences } from './use-differences.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'index', title: 'nr', width: '6ch', number: true },
  { id: 'start', title: 'start', width: '21ch', number: true },
  { id: 'pages', title: 'size', width: '9ch', number: true },
  { id: 'kind', title: 'what', width: 'minmax(12ch, 1fr)' },
  { id: 'name', title: 'begins in', about: 'What lies where the range begins: symbol, task, object, region, or page', width: 'minmax(12ch, 3fr)' },
  { id: 'ignore', title: 'ignore', width: '6ch' },
];

interface DifferenceListProps {
  /** Addresses are the left dump's. */
  readonly pair: Pair;
  readonly differences: Differences;
  readonly current: number | undefined;
  readonly onShow: (range: PairRange) => void;
  readonly rules: IgnoreRules | undefined;
  readonly onIgnore: (range: PairRange) => void;
  /** Undefined where the rules cannot be changed. */
  readonly onCount: ((rule: string) => void) | undefined;
}

const addressText = (address: bigint): string => (address < 0n ? `-0x${(-address).toString(16)}` : paddedHex(address));

export function DifferenceList({ pair, differences, current, rules, onShow, onIgnore, onCount }: DifferenceListProps) {
  const { total = 0, want, at } = differences;
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
  const kindText = (range: PairRange): string => {
    const rule = range.kind === 'ignored' ? ruleOver(rules, range) : undefined;
    return rule === undefined ? kindWord(pair, range.kind) : `ignored: ${rule.name}`;
  };
  const text = (row: number, column: number): string => {
    const range = at(row);
    const id = columns[column]?.id;
    if (id === 'index') return countText(row + 1);
    // What is not read yet.
    if (range === undefined) return id === 'start' ? '…' : '';
    switch (id) {
      case 'start':
        return addressText(range.start);
      case 'pages':
        return plural(Number((range.end - range.start) / BigInt(pageSize)), 'page');
      case 'kind':
        return kindText(range);
      case 'name':
        return nameOf(range) ?? '';
      default:
        return '';
    }
  };
  const cell = (row: number, column: number) => {
    const range = at(row);
    const id = columns[column]?.id;
    if (range === undefined || id === 'index') return <span className="dim">{text(row, column)}</span>;
    switch (id) {
      case 'start':
        return (
          <button
            type="button"
            className="link code"
            {...(range.start < 0n ? {} : explainedText(pair.left.key, spacedAddress('absolute', range.start)))}
            onClick={() => onShow(range)}
          >
            {range.start < 0n ? text(row, column) : <HexNumber value={range.start} />}
          </button>
        );
      case 'kind':
        return (
          <span className={`compare-kind ${kindTone(pair, range.kind)}`}>
            <Hostile text={text(row, column)} title />
          </span>
        );
      case 'name':
        return <Hostile text={text(row, column)} title />;
      case 'ignore': {
        const rule = range.kind === 'ignored' ? ruleOver(rules, range)?.name : undefined;
        if (rule !== undefined)
          return onCount === undefined ? null : <IconButton icon="eye" label={`Remove the rule ${rule}: count it again`} onPress={() => onCount(rule)} />;
        return range.kind === 'ignored' || range.start < 0n ? null : (
          <IconButton icon="eye-closed" label={`Ignore ${addressText(range.start)} to ${addressText(range.end)}`} onPress={() => onIgnore(range)} />
        );
      }
      default:
        return text(row, column);
    }
  };
  return (
    <>
      <div className="compare-list-head caption">
        {differences.total === undefined ? 'Differences' : plural(total, 'range')}
        {differences.complete ? '' : ', the first ones of more'}
      </div>
      <VirtualTable
        label="Differing ranges"
        testId="difference-list"
        layout="fit"
        columns={columns}
        rows={total}
        text={text}
        cell={cell}
        current={current}
        onVisible={visible}
        onRow={(row) => {
          const range = at(row);
          if (range !== undefined) onShow(range);
        }}
      />
    </>
  );
}
