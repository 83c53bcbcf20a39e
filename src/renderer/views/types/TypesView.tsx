/** All types of the kernel and its modules, and the structures declared here: members as a tree that can be applied to memory. */
import { useMemo, useState } from 'react';
import type { WantedType } from '../../../shared/type-members-model.ts';
import { useChoiceByEnter } from '../../hooks/use-choice-by-enter.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText } from '../../state/position.ts';
import { countText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { matchingTypes } from '../hex/matching-types.ts';
import { TypeTreeView, useTypeTree } from './TypeTreeView.tsx';
import './types.css';

interface Listed {
  readonly name: string;
  readonly from: string;
  readonly type: WantedType;
}

const typeColumns = (onShow: (listed: Listed) => void): readonly DataColumn<Listed>[] => [
  {
    id: 'name',
    title: 'name',
    width: 16,
    grow: 1,
    text: ({ name }) => name,
    cell: (listed) => (
      <button type="button" className="link code" onClick={() => onShow(listed)}>
        <Hostile text={listed.name} title />
      </button>
    ),
  },
  { id: 'from', title: 'from', width: 14, text: ({ from }) => from },
];

function Shown({ dump, listed }: { readonly dump: OpenDump; readonly listed: Listed }) {
  const { places, hexTabs } = useWorkbench();
  const { owner, position } = useFollowedCursor(dump.key);
  const tree = useTypeTree(dump, listed.type, undefined);
  const { root } = useStore(tree.state);
  const lay = (): void => {
    if (position === undefined) return;
    const isKernelType = 'name' in listed.type ? { isKernelType: true as const } : {};
    hexTabs.change(owner, { laid: { layout: listed.name, ...isKernelType, at: { ...position, length: 1 } } });
    places.goTo(dump.key, { ...position, length: 1 });
  };
  return (
    <section className="types-shown" aria-label={listed.name}>
      <header className="types-head">
        <h2 className="code">
          <Hostile text={root?.name ?? listed.name} />
        </h2>
        <span className="dim">
          {root?.size === undefined ? '' : plural(root.size, 'byte')}
          {root?.module === undefined ? '' : ` · of the module ${root.module}`}
          {root?.source === undefined ? '' : ` · ${root.source}`}
        </span>
        <button type="button" className="button" disabled={position === undefined} onClick={lay} data-testid="lay-type">
          {position === undefined ? 'Apply at the cursor' : `Apply at ${positionText(position)}`}
        </button>
      </header>
      <TypeTreeView dump={dump} tree={tree} label={`Members of ${listed.name}`} />
    </section>
  );
}

export function TypesView({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const [text, setText] = useState('');
  const [shown, setShown] = useState<Listed>();
  const kernel = useQuery(dump, 'viewable types', (handle, signal) => engine.call('viewableTypes', { dump: handle }, { signal }));
  const layouts = useQuery(dump, 'layouts', (handle, signal) => engine.call('layouts', { dump: handle }, { signal }));
  const declared = layouts.value?.layouts;
  const listed = useMemo(() => {
    const all = new Map<string, Listed>();
    for (const name of kernel.value?.names ?? []) all.set(`kernel ${name}`, { name, from: name.includes(':') ? 'module' : 'kernel', type: { name } });
    for (const { name, group } of declared ?? []) all.set(`declared ${name}`, { name, from: group, type: { layout: name } });
    const rows = [...all.values()];
    if (text.trim() === '') return rows;
    const rank = new Map(matchingTypes([...new Set(rows.map(({ name }) => name))], text).map((name, at) => [name, at]));
    return rows.filter(({ name }) => rank.has(name)).toSorted((left, right) => (rank.get(left.name) ?? 0) - (rank.get(right.name) ?? 0));
  }, [declared, kernel.value, text]);
  const isRead = [kernel, layouts].every(({ value, error }) => value !== undefined || error !== undefined);
  const want = useChoiceByEnter(isRead, () => setShown(listed[0]));
  const why = kernel.error?.message.split('\n')[0] ?? kernel.value?.why;
  const [lost, ...more] = kernel.value?.missing ?? [];
  const columns = useMemo(() => typeColumns(setShown), []);
  const found = (
    <p className="dim" role="status">
      {kernel.value === undefined && kernel.error === undefined ? 'Reading the kernel types… ' : ''}
      {plural(listed.length, 'type')}
    </p>
  );
  const gaps = [
    why === undefined ? undefined : `No kernel types: ${why}`,
    lost === undefined ? undefined : `Not read: ${lost.what} (${lost.why})${more.length === 0 ? '' : ` and ${countText(more.length)} more`}`,
  ].filter((gap) => gap !== undefined);
  return (
    <div className="view types-view">
      <SplitPane name="types" label="Width of the list of types" share={0.3} least={[220, 260]} stackBelow={700} stackedShare={0.4}>
        <section className="types-list" aria-label="Types">
          <input
            type="search"
            className="input"
            placeholder="Part of a name"
            aria-label="Find a type"
            value={text}
            spellCheck={false}
            onChange={(event) => {
              want(false);
              setText(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') want(true);
            }}
            data-testid="types-search"
            data-pane-focus
          />
          <div className="types-names">
            <DataTable name="types" label="Types" testId="types-table" columns={columns} rows={listed} onRow={setShown} opensOnClick before={found} />
          </div>
          {gaps.map((gap) => (
            <p key={gap} className="dim types-gap" role="status">
              <Hostile text={gap} title />
            </p>
          ))}
        </section>
        {shown === undefined ? (
          <p className="message">Choose a type to see its members. Nested types open in place, and the type can be applied to the memory at the cursor.</p>
        ) : (
          <Shown key={JSON.stringify(shown.type)} dump={dump} listed={shown} />
        )}
      </SplitPane>
    </div>
  );
}
