/** Find in memory from the cursor on: Enter and F3 go to the next hit, with Shift to the previous one. */
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { searchTypes, type SearchType } from '../../../shared/search-model.ts';
import { useStore } from '../../hooks/use-store.ts';
import { findStep } from '../../state/find-in-hex.ts';
import type { FindPattern } from '../../state/find-run.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { hasCase, patternHints, typeNames } from '../search/search-form.ts';
import { findWords } from './find-words.ts';

interface FindBarProps {
  readonly dump: OpenDump;
  readonly owner: string;
  readonly position: Position;
}

export function FindBar({ dump, owner, position }: FindBarProps) {
  const workbench = useWorkbench();
  const { hexTabs, tell } = workbench;
  const run = hexTabs.find(owner);
  const state = useStore(run.state);
  const { pattern } = useStore(hexTabs.all)[owner] ?? hexTabs.of(owner);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const change = (next: FindPattern): void => hexTabs.change(owner, { pattern: next });
  const step = (by: 1 | -1): void => void findStep(workbench, dump.key, owner, by).catch(tell);
  const close = (): void => {
    run.close();
    hexTabs.change(owner, { isFinding: false, said: '' });
    field.current?.closest('.hex-view')?.querySelector<HTMLElement>('[data-pane-focus]')?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if ((event.key === 'Enter' && event.target === field.current) || event.key === 'F3') step(event.shiftKey ? -1 : 1);
    else if (event.key === 'f' && (event.ctrlKey || event.metaKey)) field.current?.select();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="find-bar" role="search" aria-label="Find in memory" onKeyDown={onKey} data-testid="find-bar">
      <input
        ref={field}
        className="input find-pattern code"
        aria-label="Find"
        aria-describedby={`find-status-${owner}`}
        placeholder={patternHints[pattern.type]}
        value={pattern.pattern}
        spellCheck={false}
        autoComplete="off"
        autoFocus
        data-find={owner}
        onChange={(event) => change({ ...pattern, pattern: event.currentTarget.value })}
      />
      <select
        className="select"
        aria-label="Kind of pattern"
        value={pattern.type}
        onChange={(event) => change({ pattern: pattern.pattern, type: event.currentTarget.value as SearchType })}
        data-testid="find-type"
      >
        {searchTypes.map((type) => (
          <option key={type} value={type}>
            {typeNames[type]}
          </option>
        ))}
      </select>
      {hasCase(pattern.type) ? (
        <button
          type="button"
          className="segment"
          aria-pressed={pattern.ignoreCase !== true}
          aria-label="Match case"
          title="Match case"
          onClick={() => change({ pattern: pattern.pattern, type: pattern.type, ...(pattern.ignoreCase === true ? {} : { ignoreCase: true }) })}
        >
          Aa
        </button>
      ) : null}
      <IconButton icon="arrow-up" label="Previous hit (Shift+F3)" onPress={() => step(-1)} />
      <IconButton icon="arrow-down" label="Next hit (F3)" onPress={() => step(1)} />
      <span className={state.phase === 'failed' ? 'tone-bad' : 'dim'} id={`find-status-${owner}`} role="status" data-testid="find-status">
        <Hostile text={findWords(state, position)} />
      </span>
      <span className="dim" data-testid="find-where">
        {position.space === 'absolute' ? 'in absolute memory' : 'searches absolute memory, not the address space shown; a hit switches to it'}
      </span>
      <span className="find-close">
        <IconButton icon="close" label="Close (Escape)" onPress={close} />
      </span>
    </div>
  );
}
