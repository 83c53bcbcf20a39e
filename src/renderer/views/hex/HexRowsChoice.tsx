/** How rows are shown: their length, the EBCDIC column, and whether hex views scroll together. */
import { rowLengths } from '../../../shared/shell-protocol.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { showsEbcdic } from './row-form.ts';

export function HexRowsChoice({ dump }: { readonly dump: OpenDump }) {
  const { preferences, gridLinks } = useWorkbench();
  const rows = useStore(preferences.hexRows);
  const isLinked = useStore(gridLinks.isOn);
  const grids = useStore(gridLinks.count);
  const hasEbcdic = showsEbcdic(rows, dump);
  const choose = preferences.chooseHexRows;
  return (
    <>
      <label className="dim hex-rows-choice">
        Bytes per row{' '}
        <select
          className="select"
          value={rows.bytes}
          onChange={(event) => {
            const bytes = rowLengths.find((one) => one === Number(event.currentTarget.value));
            if (bytes !== undefined) choose({ ...rows, bytes });
          }}
          data-testid="hex-row-bytes"
        >
          {rowLengths.map((bytes) => (
            <option key={bytes} value={bytes}>
              {bytes}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="segment"
        aria-pressed={hasEbcdic}
        title="Also show the text in EBCDIC (code page 1047)"
        onClick={() => choose({ ...rows, ebcdic: !hasEbcdic })}
        data-testid="hex-ebcdic"
      >
        EBCDIC
      </button>
      {grids > 1 || isLinked ? (
        <button
          type="button"
          className="segment"
          aria-pressed={isLinked}
          title="Scroll all hex views together, keeping their distance"
          onClick={gridLinks.toggle}
          data-testid="hex-link"
        >
          <Icon name="link" /> Scroll together
        </button>
      ) : null}
    </>
  );
}
