/** All differing ranges, as many rows as the screen has. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import { pageSize } from '../../../shared/units.ts';
import { countText, plural } from '../../words/numbers.ts';
import { IconButton } from '../../widgets/IconButton.tsx';
import { kindWords } from './difference-kinds.ts';
import type { Differences } from './use-differences.ts';

const rowHeight = 22;

interface DifferenceListProps {
  readonly differences: Differences;
  readonly current: number | undefined;
  readonly onShow: (range: PairRange) => void;
  readonly onIgnore: (range: PairRange) => void;
}

const addressText = (address: bigint): string => (address < 0n ? `-0x${(-address).toString(16)}` : `0x${address.toString(16)}`);

export function DifferenceList({ differences, current, onShow, onIgnore }: DifferenceListProps) {
  const { total = 0, want, at } = differences;
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here and passed to nobody
  const rows = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? 0) + 1;
  useEffect(() => want(first, end), [want, first, end]);
  useEffect(() => {
    if (current !== undefined) rows.scrollToIndex(current, { align: 'auto' });
  }, [rows, current]);
  if (differences.total === 0) return <p className="message">No page differs.</p>;
  return (
    <>
      <div className="compare-list-head caption">
        {differences.total === undefined ? 'Differences' : plural(total, 'range')}
        {differences.complete ? '' : ', the first ones of more'}
      </div>
      <div ref={scroller} className="compare-list" data-testid="difference-list" tabIndex={0} role="list" aria-label="Differing ranges">
        <div style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const range = at(item.index);
            const pages = range === undefined ? 0 : Number((range.end - range.start) / BigInt(pageSize));
            return (
              <div
                key={item.key}
                className={`compare-range${item.index === current ? ' current' : ''}`}
                role="listitem"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className="number dim">{countText(item.index + 1)}</span>
                {range === undefined ? (
                  <span className="dim">…</span>
                ) : (
                  <>
                    <button type="button" className="link code number" aria-current={item.index === current} onClick={() => onShow(range)}>
                      {addressText(range.start)}
                    </button>
                    <span className="number">{plural(pages, 'page')}</span>
                    <span className={`compare-kind ${range.kind}`}>{kindWords[range.kind]}</span>
                    {range.kind === 'ignored' || range.start < 0n ? null : (
                      <IconButton icon="eye-closed" label={`Ignore ${addressText(range.start)} to ${addressText(range.end)}`} onPress={() => onIgnore(range)} />
                    )}
                  </>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}
