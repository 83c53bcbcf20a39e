/** The user's notes on places in the open dumps: one list to browse, edit, and navigate from. */
import { useMemo, useState } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { markPosition } from '../../state/marks.ts';
import { spaceText } from '../../state/position.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench, type Workbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { PlaceWords } from '../../widgets/PlaceWords.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { annotationRows, cellText, orderedBy, type AnnotationColumn, type AnnotationRow } from './annotation-rows.ts';
import { EditedText } from './EditedText.tsx';
import './annotations.css';

function NoAnnotations() {
  return (
    <div className="annotations-none" data-testid="annotations-none">
      <p>Nothing is annotated yet.</p>
      <p className="dim">
        Select bytes in a hex view and press <kbd>Ctrl+Shift+A</kbd> to say what they are, or <kbd>Ctrl+D</kbd> to set a bookmark. The menu of every address
        offers both.
      </p>
      <p className="dim">Reports include the annotations, separate from what the checks found. Bookmarks are not included.</p>
    </div>
  );
}

interface Shown {
  readonly dumps: readonly OpenDump[];
  /** Id of the mark whose text is being edited. */
  readonly editing: number | undefined;
  readonly onEdit: (mark: number | undefined) => void;
  readonly workbench: Pick<Workbench, 'markDraft' | 'markEdits'>;
}

function annotationColumns({ dumps, editing, onEdit, workbench }: Shown): readonly DataColumn<AnnotationRow>[] {
  const { markDraft, markEdits } = workbench;
  const column = (id: AnnotationColumn, width: number, more: Partial<DataColumn<AnnotationRow>> = {}): DataColumn<AnnotationRow> => ({
    id,
    title: id,
    width,
    text: (row) => cellText(row, id),
    value: (row) => orderedBy(row, id),
    ...more,
  });
  return [
    column('text', 34, {
      grow: 4,
      cell: (row) => {
        const { dump, mark } = row;
        const where = cellText(row, 'place');
        return (
          <EditedText
            text={mark.text}
            colour={mark.colour}
            label={`Text of the ${mark.kind} at ${where}`}
            editing={editing === mark.id}
            onEdit={() => onEdit(mark.id)}
            onDone={(changed) => {
              onEdit(undefined);
              if (changed !== undefined) markEdits.change(dump.key, mark.id, { text: changed });
            }}
          >
            <IconButton
              icon="edit"
              label={`Edit the ${mark.kind} at ${where}`}
              onPress={() => markDraft.set({ dump: dump.key, kind: mark.kind, position: markPosition(mark), mark })}
            />
            <IconButton icon="trash" label={`Delete the ${mark.kind} at ${where}`} onPress={() => markEdits.remove(dump.key, mark.id)} />
          </EditedText>
        );
      },
    }),
    column('place', 29, {
      grow: 1,
      cell: (row) => (
        <AddressLink dump={row.dump.key} position={markPosition(row.mark)}>
          {spaceText(markPosition(row.mark))}:<HexNumber value={row.mark.start} />
        </AddressLink>
      ),
    }),
    {
      id: 'what',
      title: 'what is there',
      width: 16,
      grow: 2,
      isTool: true,
      text: () => '',
      cell: ({ dump, mark }) => {
        const open = dumps.find(({ key }) => key === dump.key);
        return open === undefined ? null : <PlaceWords dump={open} position={markPosition(mark)} />;
      },
    },
    column('bytes', 12, { kind: 'number' }),
    column('kind', 11),
    column('dump', 14, { grow: 1 }),
    column('made', 20, { title: 'written (UTC)' }),
  ];
}

export function AnnotationsView() {
  const { dumps, marks, markDraft, markEdits, places } = useWorkbench();
  const all = useStore(dumps.all);
  const book = useStore(marks.all);
  const [editing, setEditing] = useState<number>();
  const rows = useMemo(() => annotationRows(all, book), [all, book]);
  const columns = useMemo(
    () => annotationColumns({ dumps: all, editing, onEdit: setEditing, workbench: { markDraft, markEdits } }),
    [all, editing, markDraft, markEdits],
  );
  if (rows.length === 0) return <NoAnnotations />;

  const go = ({ dump, mark }: AnnotationRow): void => places.goTo(dump.key, markPosition(mark));
  return (
    <div className="annotations-view">
      <DataTable
        name="annotations"
        label="Bookmarks and annotations"
        testId="annotations-table"
        columns={columns}
        rows={rows}
        noun={['entry', 'entries']}
        filter={{ label: 'Filter annotations', testId: 'annotations-filter' }}
        after={<span className="dim annotations-keys">Enter shows the bytes · Space edits the text · Delete removes</span>}
        onRow={go}
        rowItems={(row) => [
          { label: 'Show its bytes', run: () => go(row) },
          { label: 'Edit…', run: () => markDraft.set({ dump: row.dump.key, kind: row.mark.kind, position: markPosition(row.mark), mark: row.mark }) },
          { label: 'Delete', run: () => markEdits.remove(row.dump.key, row.mark.id) },
        ]}
        onRowKey={({ dump, mark }, key) => {
          if (key === 'Delete') markEdits.remove(dump.key, mark.id);
          else if (key === ' ') setEditing(mark.id);
          else return false;
          return true;
        }}
      />
    </div>
  );
}
