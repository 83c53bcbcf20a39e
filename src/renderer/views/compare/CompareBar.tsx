/** Which two dumps, how, and what is ignored. */
import { useState } from 'react';
import type { ComparisonSettings } from '../../state/comparisons.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { dumpLabels, labelText } from '../../words/dump-label.ts';
import type { Pair } from './pair.ts';
import { SideHead } from './SideHead.tsx';

interface CompareBarProps {
  readonly pair: Pair;
  readonly others: readonly OpenDump[];
}

/** Bytes, decimal or 0x, with a sign; undefined if it is not a number or not a multiple of the page size. */
export function shiftOf(text: string): number | undefined {
  const match = /^\s*([+-]?)\s*(0x[0-9a-f]+|\d+)\s*$/i.exec(text);
  const value = Number(match?.[2] ?? NaN) * (match?.[1] === '-' ? -1 : 1);
  return Number.isSafeInteger(value) && value % pageSize === 0 ? value : undefined;
}

const shiftText = (shift: number): string => (shift < 0 ? `-${hex(-shift)}` : hex(shift));

export function CompareBar({ pair, others }: CompareBarProps) {
  const { comparisons, dumps } = useWorkbench();
  const { owner, left, right, settings, shift } = pair;
  const labels = dumpLabels(useStore(dumps.all));
  const rules = useStore(comparisons.rules);
  const [text, setText] = useState(shiftText(shift));
  const wrong = shiftOf(text) === undefined;
  const change = (part: Partial<ComparisonSettings>): void => comparisons.change(owner.key, part);
  const other = left === owner ? right : left;
  /** Stored relative to the dump whose comparison it is, whichever side that is on. */
  const changeShift = (): void => {
    const shown = shiftOf(text) ?? shift;
    change({ shift: left === owner ? shown : -shown });
  };
  const chooser = (
    <select
      className="select compare-other"
      aria-label="Compare with"
      value={other.key}
      onChange={(event) => change({ right: event.currentTarget.value, order: 'time' })}
    >
      {others.map(({ key, name }) => (
        <option key={key} value={key}>
          {visibleText(labelText(labels.get(key) ?? { name }))}
        </option>
      ))}
    </select>
  );
  return (
    <header className="compare-bar">
      <SideHead pair={pair} side="left" />
      <IconButton icon="arrow-swap" label="Swap left and right" testId="compare-swap" onPress={() => change({ order: left === owner ? 'swapped' : 'given' })} />
      <SideHead pair={pair} side="right" />
      {others.length > 1 ? chooser : null}
      <span className="compare-space" />
      <label className="dim">
        by{' '}
        <select
          className="select"
          data-testid="compare-method"
          value={settings.exact ? 'exact' : 'fingerprint'}
          onChange={(event) => change({ exact: event.currentTarget.value === 'exact' })}
        >
          <option value="fingerprint">fingerprint</option>
          <option value="exact">every byte</option>
        </select>
      </label>
      <label className="dim">
        shift{' '}
        <input
          className={`select code compare-shift${wrong ? ' wrong' : ''}`}
          value={text}
          aria-invalid={wrong}
          title="Number of bytes to add to addresses for the right dump: a multiple of 4096"
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={changeShift}
          onKeyDown={(event) => {
            if (event.key === 'Enter') changeShift();
          }}
        />
      </label>
      <label className="dim">
        ignore{' '}
        <select
          className="select"
          data-testid="compare-rules"
          value={settings.rules ?? ''}
          onChange={(event) => change({ rules: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
        >
          <option value="">nothing</option>
          {rules.map(({ name }) => (
            <option key={name} value={name}>
              {visibleText(name)}
            </option>
          ))}
        </select>
      </label>
      <p className="compare-order dim" data-testid="compare-order">
        <Hostile text={pair.order} />
      </p>
    </header>
  );
}
