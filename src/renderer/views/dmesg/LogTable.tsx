import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { LogRow } from './LogRow.tsx';

const lineHeight = 20;
const titles = ['time', 'level', 'facility', 'caller', 'text'] as const;

interface LogTableProps {
  readonly records: readonly LogRecordJson[];
  readonly search: string;
  /** Record to bring into view and to mark; a new `turn` asks again. */
  readonly shown: { readonly index: number; readonly turn: number };
}

/** As many records as the screen has; long ones take several lines. */
export function LogTable({ records, search, shown }: LogTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here and passed to nobody
  const rows = useVirtualizer({ count: records.length, getScrollElement: () => scroller.current, estimateSize: () => lineHeight, overscan: 12 });
  const bring = useEffectEvent((index: number) => {
    if (index >= 0 && index < records.length) rows.scrollToIndex(index, { align: 'center' });
  });
  useEffect(() => {
    bring(shown.index);
  }, [shown]);
  return (
    <div className="log-table" role="table" aria-label="Kernel log" aria-rowcount={records.length + 1} data-testid="log-table">
      <div className="log-row log-titles" role="row">
        {titles.map((title) => (
          <span key={title} role="columnheader" className={title === 'time' ? 'number' : ''}>
            {title}
          </span>
        ))}
      </div>
      <div className="log-scroll selectable" ref={scroller} role="rowgroup" tabIndex={0} aria-label="Records">
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map((item) => {
            const record = records[item.index];
            if (record === undefined) return null;
            return (
              <div
                key={item.index}
                ref={rows.measureElement}
                data-index={item.index}
                data-mark={record.mark}
                role="row"
                aria-rowindex={item.index + 2}
                className={`log-row${record.mark === undefined ? '' : ' marked'}${item.index === shown.index ? ' current' : ''}`}
                style={{ position: 'absolute', top: item.start, left: 0, right: 0 }}
              >
                <LogRow record={record} search={search} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
