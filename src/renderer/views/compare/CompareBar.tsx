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

interface CompareBarProps {
  readonly left: OpenDump;
  readonly right: OpenDump;
  readonly others: readonly OpenDump[];
  readonly settings: ComparisonSettings;
}

/** Bytes, decimal or 0x, with a sign; undefined for what is none or no multiple of a page. */
export function shiftOf(text: string): number | undefined {
  const match = /^\s*([+-]?)\s*(0x[0-9a-f]+|\d+)\s*$/i.exec(text);
  const value = Number(match?.[2] ?? NaN) * (match?.[1] === '-' ? -1 : 1);
  return Number.isSafeInteger(value) && value % pageSize === 0 ? value : undefined;
}

const shiftText = (shift: number): string => (shift < 0 ? `-${hex(-shift)}` : hex(shift));

export function CompareBar({ left, right, others, settings }: CompareBarProps) {
  const { comparisons, places } = useWorkbench();
  const rules = useStore(comparisons.rules);
  const [text, setText] = useState(shiftText(settings.shift));
  const wrong = shiftOf(text) === undefined;
  const change = (part: Partial<ComparisonSettings>): void => comparisons.change(left.key, part);
  const swap = (): void => {
    comparisons.change(right.key, { ...settings, right: left.key, shift: -settings.shift });
    places.show('compare', right.key);
  };
  return (
    <header className="compare-bar">
      <span className="compare-name cut" title={visibleText(left.path)}>
        <Hostile text={left.name} />
      </span>
      <IconButton icon="arrow-swap" label="Swap left and right" onPress={swap} />
      <select className="select compare-other" aria-label="Compare with" value={right.key} onChange={(event) => change({ right: event.currentTarget.value })}>
        {others.map((other) => (
          <option key={other.key} value={other.key}>
            {visibleText(other.name)}
          </option>
        ))}
      </select>
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
          title="Bytes that the right dump's addresses are higher by: a multiple of 4096"
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={() => change({ shift: shiftOf(text) ?? settings.shift })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') change({ shift: shiftOf(text) ?? settings.shift });
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
    </header>
  );
}
