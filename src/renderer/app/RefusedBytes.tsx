/** The bytes of a file that does not open: read-only, and only as much as is on screen. */
import { useEffect, useEffectEvent, useState } from 'react';
import { hex } from '../../shared/units.ts';
import { createQuerySlot } from '../engine/query-slot.ts';
import { useStore } from '../hooks/use-store.ts';
import type { OpenDump, OpenFailure } from '../state/open-dump.ts';
import { formOf } from '../views/hex/row-form.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { HexGridView } from '../widgets/hex-grid/HexGridView.tsx';
import type { HexSelection } from '../widgets/hex-grid/hex-grid.ts';
import type { HexMark } from '../widgets/hex-grid/hex-mark.ts';
import { countText } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';

interface RefusedFile {
  readonly file: string;
  readonly size: number;
  readonly packedWith?: string | undefined;
}

const alone = () => () => undefined;
const nothing: readonly never[] = [];

function Grid({ dump, about, offset }: { readonly dump: OpenDump; readonly about: RefusedFile; readonly offset: number | undefined }) {
  const { engine, preferences } = useWorkbench();
  const { file, size } = about;
  const [marks] = useState<readonly HexMark[]>(() =>
    offset === undefined || offset === 0 || offset >= size ? nothing : [{ start: BigInt(offset), end: BigInt(offset + 1), tone: 'failed' }],
  );
  const [selection, setSelection] = useState<HexSelection>({ address: BigInt(Math.min(offset ?? 0, size - 1)), length: 1 });
  const form = formOf(useStore(preferences.hexRows), dump);
  return (
    <>
      <div className="error-grid">
        <HexGridView
          sourceKey={`${dump.key}/${dump.generation}/${file}`}
          size={BigInt(size)}
          memoryEnd={BigInt(size)}
          read={async (address, length, signal) => {
            const { data, absent } = await engine.call('fileBytes', { path: file, offset: Number(address), length }, { signal });
            return { data, absent: absent.map((gap) => ({ start: BigInt(gap.start), end: BigInt(gap.end), state: gap.state })) };
          }}
          selection={selection}
          form={form}
          marks={marks}
          hits={nothing}
          gaps={nothing}
          label={`Bytes of ${dump.name}. Arrows move the cursor, Shift selects.`}
          onSelect={setSelection}
          onRefused={() => undefined}
          link={alone}
        />
      </div>
      <p className="dim" data-testid="error-bytes-place">
        File offset {hex(selection.address)} ({countText(Number(selection.address))}) of {countText(size)} bytes. The file was opened read-only; nothing was
        written.
      </p>
    </>
  );
}

export function RefusedBytes({ dump, failure }: { readonly dump: OpenDump; readonly failure: OpenFailure }) {
  const { engine } = useWorkbench();
  const [slot] = useState(() => createQuerySlot<RefusedFile>());
  const path = failure.file ?? dump.path;
  const ask = useEffectEvent((signal: AbortSignal) => engine.call('fileBytes', { path, offset: 0, length: 0 }, { signal }));
  useEffect(() => {
    slot.ask((signal) => ask(signal));
    return slot.drop;
  }, [slot, path, dump.generation]);
  const about = useStore(slot.state).value;
  // An unreadable or empty file is already reported above.
  if (about === undefined || about.size === 0) return null;
  const { file, packedWith } = about;
  const isOther = packedWith !== undefined || file !== path;
  return (
    <section aria-label="Bytes of the file" className="error-bytes" data-testid="error-bytes">
      <h2 className="caption">Bytes of the file</h2>
      {isOther ? (
        <p className="dim">
          <Hostile text={`These are the bytes of ${file}${packedWith === undefined ? '' : ` (${packedWith})`}. Offsets in its contents differ.`} />
        </p>
      ) : null}
      <Grid key={`${file}/${about.size}`} dump={dump} about={about} offset={isOther ? undefined : failure.offset} />
    </section>
  );
}
