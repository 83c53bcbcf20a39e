/** Structs and unions of the dumped kernel, found by a part of their name. They are read at the first search. */
import { useEffect, useRef, useState } from 'react';
import { useChoiceByEnter } from '../../hooks/use-choice-by-enter.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { matchingTypes } from './matching-types.ts';

const shownTypes = 8;

export function KernelTypeSearch({ dump, onChoose }: { readonly dump: OpenDump; readonly onChoose: (type: string) => void }) {
  const { engine } = useWorkbench();
  const [isAsked, setAsked] = useState(false);
  const [text, setText] = useState('');
  const query = useQuery(dump, isAsked ? 'viewable types' : undefined, (handle, signal) => engine.call('viewableTypes', { dump: handle }, { signal }));
  const { names, why, missing = [] } = query.value ?? { names: [], why: undefined };
  const [lost] = missing;
  const found = matchingTypes(names, text);
  const choose = (type: string): void => {
    setText('');
    onChoose(type);
  };
  const want = useChoiceByEnter(query.value !== undefined || query.error !== undefined, () => {
    if (found[0] !== undefined) choose(found[0]);
  });
  const state = (): string => {
    if (query.error !== undefined) return query.error.message.split('\n')[0] ?? '';
    if (query.value === undefined) return 'Reading the kernel types…';
    if (why !== undefined) return `No kernel types: ${why}`;
    if (text.trim() === '') return `${plural(names.length, 'type')}; type part of a name to find one`;
    if (found.length === 0 && lost !== undefined) return `No struct or union has such a name; not searched: ${lost.what} (${lost.why})`;
    return found.length === 0
      ? 'No struct or union has such a name.'
      : found.length > shownTypes
        ? `${countText(found.length)} match; the first ${shownTypes}:`
        : '';
  };
  const box = useRef<HTMLDivElement>(null);
  // The list opens below the field, which may be at the lower edge.
  useEffect(() => {
    if (text !== '') box.current?.scrollIntoView({ block: 'nearest' });
  }, [text, found.length]);
  return (
    <div ref={box} className="type-search">
      <input
        type="search"
        className="input"
        placeholder="kernel or module struct"
        aria-label="Kernel or module struct"
        value={text}
        spellCheck={false}
        onFocus={() => setAsked(true)}
        onChange={(event) => {
          want(false);
          setText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') want(true);
        }}
      />
      {isAsked ? (
        <p className="dim" role="status">
          <Hostile text={state()} />
        </p>
      ) : null}
      {found.slice(0, shownTypes).map((name) => (
        <button key={name} type="button" className="type-found code" onClick={() => choose(name)}>
          <Hostile text={name} />
        </button>
      ))}
    </div>
  );
}
