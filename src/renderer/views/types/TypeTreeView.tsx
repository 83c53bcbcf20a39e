/** A structure as a tree: a row expands its members or what it points to, and selects its bytes. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { WantedType } from '../../../shared/type-members-model.ts';
import { defined } from '../../../shared/defined.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { positionText, type Position } from '../../state/position.ts';
import { createTypeTree, typeTreeRows, type TypeTree, type TypeTreeRow } from '../../state/type-tree.ts';
import { countText } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import './type-tree.css';

/** The tree of a type at a place; recreated for another type, place, or engine. */
export function useTypeTree(dump: OpenDump, type: WantedType, place: Position | undefined): TypeTree {
  const { engine } = useWorkbench();
  const handle = handleOf(dump);
  const name = JSON.stringify([type, place === undefined ? '' : positionText(place), handle, dump.generation]);
  return useMemo(
    () =>
      createTypeTree(
        (wanted, at, start) =>
          handle === undefined
            ? Promise.reject(new Error('The dump is being opened.'))
            : engine.call('typeMembers', {
                dump: handle,
                type: wanted,
                ...(at === undefined ? {} : { place: { space: at.space, address: at.address, ...defined({ cpu: at.cpu }) } }),
                ...(start === 0 ? {} : { start }),
              }),
        type,
        place,
      ),
    // The name includes everything relevant about type and place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [engine, name],
  );
}

interface TypeTreeViewProps {
  readonly dump: OpenDump;
  readonly tree: TypeTree;
  readonly label: string;
  /** The cursor: the innermost row that contains it is marked. */
  readonly cursor?: Position | undefined;
  readonly onSelect?: (position: Position) => void;
}

const indent = 14;

function holds(row: TypeTreeRow, cursor: Position | undefined): boolean {
  if (row.kind !== 'member' || row.position === undefined || cursor === undefined) return false;
  const { position } = row;
  return (
    position.space === cursor.space &&
    position.cpu === cursor.cpu &&
    cursor.address >= position.address &&
    cursor.address < position.address + BigInt(position.length)
  );
}

function Value({ dump, row }: { readonly dump: OpenDump; readonly row: TypeTreeRow & { readonly kind: 'member' } }) {
  const { member, position } = row;
  const { value, text, absent, place, unfollowed } = member;
  const words = (
    <span className="dim">
      <Hostile text={[value === undefined ? '' : (text ?? ''), absent ?? '', unfollowed ?? ''].filter((one) => one !== '').join(' · ')} />
    </span>
  );
  if (place !== undefined)
    return (
      <>
        <AddressLink
          dump={dump.key}
          position={{ space: place.space, address: BigInt(place.address), length: 8, ...(place.space === 'virtual' ? defined({ cpu: position?.cpu }) : {}) }}
        >
          {String(value)}
        </AddressLink>{' '}
        {words}
      </>
    );
  return (
    <>
      {value === undefined && text === undefined ? null : unfollowed === undefined ? (
        <AddressText dump={dump.key} text={String(value ?? text)} />
      ) : (
        <Hostile text={String(value ?? text)} />
      )}{' '}
      {words}
    </>
  );
}

export function TypeTreeView({ dump, tree, label, cursor, onSelect }: TypeTreeViewProps) {
  const state = useStore(tree.state);
  const rows = useMemo(() => typeTreeRows(state), [state]);
  const [chosen, setChosen] = useState<string>();
  const id = useId();
  const table = useRef<HTMLDivElement>(null);
  const here = rows.findLast((row) => holds(row, cursor))?.path;
  const at = Math.max(
    0,
    rows.findIndex(({ path }) => path === (chosen ?? here)),
  );
  const active = rows[at];
  useEffect(() => {
    if (here !== undefined) document.getElementById(`${id}${here}`)?.scrollIntoView({ block: 'nearest' });
  }, [here, id]);
  const choose = (row: TypeTreeRow | undefined): void => {
    if (row === undefined) return;
    setChosen(row.path);
    document.getElementById(`${id}${row.path}`)?.scrollIntoView({ block: 'nearest' });
  };
  const act = (row: TypeTreeRow): void => {
    if (row.kind === 'more') tree.more(row.of);
    else if (row.kind === 'member' && row.position !== undefined && onSelect !== undefined) onSelect(row.position);
    else tree.toggle(row);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (active === undefined || event.target !== table.current || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = 12;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    const isOpen = active.kind === 'member' && active.isOpen;
    if (to !== undefined) choose(rows[Math.min(rows.length - 1, Math.max(0, to))]);
    else if (event.key === 'ArrowRight' && !isOpen) tree.toggle(active);
    else if (event.key === 'ArrowLeft' && isOpen) tree.toggle(active);
    else if (event.key === 'ArrowLeft') choose(rows.slice(0, at).findLast(({ level }) => level < active.level));
    else if (event.key === 'Enter' || event.key === ' ') act(active);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={table}
      className="type-tree selectable"
      role="treegrid"
      aria-label={label}
      aria-activedescendant={active === undefined ? undefined : `${id}${active.path}`}
      tabIndex={0}
      onKeyDown={onKey}
      data-testid="type-tree"
    >
      <div className="type-tree-row type-tree-head" role="row">
        {['Offset', 'Member', 'Type', 'Size', 'Value'].map((title) => (
          <span key={title} role="columnheader">
            {title}
          </span>
        ))}
      </div>
      {rows.map((row) => {
        const isMember = row.kind === 'member';
        const opens = isMember && row.member.opens !== undefined;
        return (
          <div
            key={row.path}
            id={`${id}${row.path}`}
            className={`type-tree-row${row.path === here ? ' here' : ''}${row === active ? ' active' : ''}`}
            role="row"
            aria-level={row.level}
            aria-expanded={opens ? row.isOpen : undefined}
            aria-selected={row === active}
            title={isMember ? row.member.doc : undefined}
            onClick={() => {
              setChosen(row.path);
              act(row);
            }}
          >
            {isMember ? (
              <>
                <span role="gridcell" className="code dim">
                  +{row.member.offset.toString(16).padStart(3, '0')}
                  {row.member.bits === undefined ? '' : `.${row.member.bitOffset ?? 0}`}
                </span>
                <span role="gridcell" className="type-tree-name" style={{ paddingLeft: (row.level - 1) * indent }}>
                  {opens ? (
                    <button
                      type="button"
                      className="type-tree-twist"
                      tabIndex={-1}
                      aria-label={`${row.isOpen ? 'Close' : 'Open'} ${row.member.name}`}
                      onClick={(event) => {
                        event.stopPropagation();
                        setChosen(row.path);
                        tree.toggle(row);
                      }}
                    >
                      <Icon name={row.isOpen ? 'chevron-down' : 'chevron-right'} />
                    </button>
                  ) : (
                    <span className="type-tree-twist" />
                  )}
                  <span className="code cut">{row.member.name === '' ? <span className="dim">(anonymous)</span> : <Hostile text={row.member.name} />}</span>
                </span>
                <span role="gridcell" className="code cut dim">
                  <Hostile text={row.member.type ?? ''} />
                  {row.member.bits === undefined ? '' : ` : ${row.member.bits}`}
                </span>
                <span role="gridcell" className="code dim type-tree-size">
                  {countText(row.member.size)}
                </span>
                <span role="gridcell" className="code type-tree-value">
                  <Value dump={dump} row={row} />
                </span>
              </>
            ) : (
              <span role="gridcell" className="type-tree-wide dim" style={{ paddingLeft: (row.level - 1) * indent }}>
                {row.kind === 'more' ? (
                  <span className="link">{countText(row.left)} more…</span>
                ) : row.kind === 'asking' ? (
                  'Reading…'
                ) : (
                  <Hostile text={row.why} />
                )}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}
