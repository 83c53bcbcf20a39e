import { markPosition, type Mark } from '../../state/marks.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText } from '../../state/position.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { plural } from '../../words/numbers.ts';

function MarkRow({ dump, mark }: { readonly dump: string; readonly mark: Mark }) {
  const { marks } = useWorkbench();
  const position = markPosition(mark);
  const what = mark.kind === 'bookmark' ? 'bookmark' : plural(position.length, 'byte');
  return (
    <li className="mark-row">
      <span className={`mark-dot mark-${mark.colour}`} title={mark.colour} />
      <span className="mark-words">
        <AddressLink dump={dump} position={position}>
          {positionText(position)}
        </AddressLink>
        <span className="dim"> {what}</span>
        <br />
        <Hostile text={mark.text} />
      </span>
      <IconButton icon="trash" label={`Delete the ${mark.kind} at ${positionText(position)}`} onPress={() => marks.remove(dump, mark.id)} />
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
          <MarkRow key={mark.id} dump={dump.key} mark={mark} />
        ))}
      </ul>
    </section>
  );
}
