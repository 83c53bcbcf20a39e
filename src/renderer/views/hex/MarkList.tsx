import { markPosition, type Mark } from '../../state/marks.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText, spaceText } from '../../state/position.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceWords } from '../../widgets/PlaceWords.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { plural } from '../../words/numbers.ts';

function MarkRow({ of, mark }: { readonly of: OpenDump; readonly mark: Mark }) {
  const dump = of.key;
  const { markDraft, markEdits } = useWorkbench();
  const position = markPosition(mark);
  const what = mark.kind === 'bookmark' ? 'bookmark' : plural(position.length, 'byte');
  return (
    <li className="mark-row">
      <span className={`mark-dot mark-${mark.colour}`} title={mark.colour} />
      <span className="mark-words">
        <AddressLink dump={dump} position={position}>
          {spaceText(position)}:<HexNumber value={position.address} />
        </AddressLink>
        <span className="dim"> {what}</span>
        <br />
        <PlaceWords dump={of} position={position} />
        <Hostile text={mark.text} />
      </span>
      <IconButton
        icon="edit"
        label={`Edit the ${mark.kind} at ${positionText(position)}`}
        onPress={() => markDraft.set({ dump, kind: mark.kind, position, mark })}
      />
      <IconButton icon="trash" label={`Delete the ${mark.kind} at ${positionText(position)}`} onPress={() => markEdits.remove(dump, mark.id)} />
    </li>
  );
}

/** Bookmarks and annotations of the dump. */
export function MarkList({ dump }: { readonly dump: OpenDump }) {
  const list = useStore(useWorkbench().marks.all)[dump.key] ?? [];
  if (list.length === 0) return null;
  return (
    <section data-testid="marks">
      <h3 className="caption">Bookmarks and annotations</h3>
      <ul>
        {list.map((mark) => (
          <MarkRow key={mark.id} of={dump} mark={mark} />
        ))}
      </ul>
    </section>
  );
}
