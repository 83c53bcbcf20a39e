/** All differing ranges. */
import type { PairRange } from '../../../shared/compare-protocol.ts';
import { spacedAddress } from '../../../shared/addresses-in-text.ts';
import { pageSize } from '../../../shared/units.ts';
import { countText, plural } from '../../words/numbers.ts';
import { explainedText } from '../../widgets/explained.ts';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { kindTone, kindWord } from './difference-kinds.ts';
import type { Pair } from './pair.ts';
import type { Differences } from './use-differences.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'index', title: 'nr', width: '7ch', number: true },
  { id: 'start', title: 'start', width: '18ch', number: true },
  { id: 'pages', title: 'size', width: '13ch', number: true },
  { id: 'kind', title: 'what', width: 'minmax(12ch, 1fr)' },
  { id: 'ignore', title: 'ignore', width: '6ch' },
];

interface DifferenceListProps {
  /** Addresses are the left dump's. */
  readonly pair: Pair;
  readonly differences: Differences;
  readonly current: number | undefined;
  readonly onShow: (range: PairRange) => void;
  readonly onIgnore: (range: PairRange) => void;
}

const addressText = (address: bigint): string => (address < 0n ? `-0x${(-address).toString(16)}` : `0x${address.toString(16)}`);

export function DifferenceList({ pair, differences, current, onShow, onIgnore }: DifferenceListProps) {
  const { total = 0, want, at } = differences;
  if (differences.total === 0) return <p className="message">No page differs.</p>;
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
        return kindWord(pair, range.kind);
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
            {text(row, column)}
          </button>
        );
      case 'kind':
        return <span className={`compare-kind ${kindTone(pair, range.kind)}`}>{text(row, column)}</span>;
      case 'ignore':
        return range.kind === 'ignored' || range.start < 0n ? null : (
          <IconButton icon="eye-closed" label={`Ignore ${addressText(range.start)} to ${addressText(range.end)}`} onPress={() => onIgnore(range)} />
        );
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
        onVisible={want}
        onRow={(row) => {
          const range = at(row);
          if (range !== undefined) onShow(range);
        }}
      />
    </>
  );
}
