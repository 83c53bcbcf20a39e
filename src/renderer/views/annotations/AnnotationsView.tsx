/** What a person wrote about places of the open dumps: one list to look through, to correct, and to go from. */
import { useMemo, useState, type KeyboardEvent } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { markPosition } from '../../state/marks.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { PlaceWords } from '../../widgets/PlaceWords.tsx';
import { FilterInput } from '../../widgets/virtual-table/FilterInput.tsx';
import { filterWords } from '../../widgets/virtual-table/filter-words.ts';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { plural } from '../../words/numbers.ts';
import { annotationRows, cellText, type AnnotationColumn, type AnnotationRow } from './annotation-rows.ts';
import { EditedText } from './EditedText.tsx';
import './annotations.css';

const columns: readonly (VirtualColumn & { readonly id: AnnotationColumn | 'what' })[] = [
  { id: 'text', title: 'text', width: 'minmax(24ch, 3fr)' },
  { id: 'place', title: 'place', width: 'minmax(29ch, 1fr)' },
  { id: 'what', title: 'what is there', width: 'minmax(16ch, 2fr)' },
  { id: 'bytes', title: 'bytes', width: '12ch', number: true },
  { id: 'kind', title: 'kind', width: '11ch' },
  { id: 'dump', title: 'dump', width: 'minmax(14ch, 1fr)' },
  { id: 'made', title: 'written (UTC)', width: '20ch' },
];

function NoAnnotations() {
  return (
    <div className="annotations-none" data-testid="annotations-none">
      <p>Nothing is annotated yet.</p>
      <p className="dim">
        Select bytes in a hex view and press <kbd>Ctrl+Shift+A</kbd> to say what they are, or <kbd>Ctrl+D</kbd> to set a bookmark. The menu of every address
        offers both.
      </p>
      <p className="dim">Reports carry the annotations, and keep them apart from what the checks found. Bookmarks stay with you.</p>
    </div>
  );
}

export function AnnotationsView() {
  const { dumps, marks, markDraft, markEdits, places } = useWorkbench();
  const all = useStore(dumps.all);
  const book = useStore(marks.all);
  const [typed, setTyped] = useState('');
  const [by, setBy] = useState<SortBy>();
  const [editing, setEditing] = useState<number>();
  const rows = useMemo(() => annotationRows(all, book, filterWords(typed), by), [all, book, typed, by]);
  const total = all.reduce((count, { key }) => count + (book[key]?.length ?? 0), 0);
  if (total === 0) return <NoAnnotations />;

  const go = ({ dump, mark }: AnnotationRow): void => places.goTo(dump.key, markPosition(mark));
  const text = (row: number, column: number): string => {
    const id = columns[column]?.id;
    const one = rows[row];
    return one === undefined || id === undefined || id === 'what' ? '' : cellText(one, id);
  };
  const cell = (row: number, column: number) => {
    const one = rows[row];
    const id = columns[column]?.id;
    if (one === undefined || id === undefined) return null;
    const { dump, mark } = one;
    const position = markPosition(mark);
    const where = cellText(one, 'place');
    if (id === 'text')
      return (
        <EditedText
          text={mark.text}
          colour={mark.colour}
          label={`Text of the ${mark.kind} at ${where}`}
          editing={editing === mark.id}
          onEdit={() => setEditing(mark.id)}
          onDone={(changed) => {
            setEditing(undefined);
            if (changed !== undefined) markEdits.change(dump.key, mark.id, { text: changed });
          }}
        >
          <IconButton
            icon="edit"
            label={`Edit the ${mark.kind} at ${where}`}
            onPress={() => markDraft.set({ dump: dump.key, kind: mark.kind, position, mark })}
          />
          <IconButton icon="trash" label={`Delete the ${mark.kind} at ${where}`} onPress={() => markEdits.remove(dump.key, mark.id)} />
        </EditedText>
      );
    if (id === 'place')
      return (
        <AddressLink dump={dump.key} position={position}>
          {where}
        </AddressLink>
      );
    const open = all.find(({ key }) => key === dump.key);
    if (id === 'what') return open === undefined ? null : <PlaceWords dump={open} position={position} />;
    return <Hostile text={cellText(one, id)} title />;
  };
  /** Keys of the picked row. */
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'grid') return;
    const active = event.target.getAttribute('aria-activedescendant');
    const index = Number(active === null ? undefined : document.getElementById(active)?.dataset.index);
    const row = rows[index];
    if (row === undefined) return;
    if (event.key === 'Delete') markEdits.remove(row.dump.key, row.mark.id);
    else if (event.key === ' ') setEditing(row.mark.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="annotations-view" onKeyDownCapture={onKey}>
      <div className="annotations-bar">
        <FilterInput label="Filter annotations" testId="annotations-filter" placeholder="Filter" value={typed} onChange={setTyped} />
        <span className="dim" role="status">
          {rows.length === total ? plural(total, 'entry', 'entries') : `${rows.length} of ${plural(total, 'entry', 'entries')}`}
        </span>
        <span className="dim annotations-keys">Enter shows the bytes · Space edits the text · Delete removes</span>
      </div>
      <VirtualTable
        label="Bookmarks and annotations"
        testId="annotations-table"
        columns={columns}
        rows={rows.length}
        text={text}
        cell={cell}
        layout="fit"
        sort={{ by, onSort: (column) => setBy((now) => (column === 'what' ? now : nextSort(now, column))) }}
        onRow={(row) => {
          const one = rows[row];
          if (one !== undefined) go(one);
        }}
      />
    </div>
  );
}
