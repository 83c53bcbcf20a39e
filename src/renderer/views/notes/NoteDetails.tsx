import type { FieldJson, NoteJson } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { TextView } from '../../widgets/monaco/TextView.tsx';

function Field({ dump, note, field }: { readonly dump: string; readonly note: NoteJson; readonly field: FieldJson }) {
  const { places } = useWorkbench();
  // Where the note says at which file offset it lies, each field has bytes to go to.
  const start = note.fileOffset + field.offset;
  return (
    <tr>
      <td className="number">
        <button
          type="button"
          className="link code"
          title={`Show the bytes at file:${hex(start)}`}
          onClick={() => places.goTo(dump, { space: 'file', address: BigInt(start), length: field.size })}
        >
          {`0x${field.offset.toString(16).padStart(4, '0')}`}
        </button>
      </td>
      <td className="number dim">{field.size}</td>
      <td className="code">
        <Hostile text={field.name} />
      </td>
      <td className="code note-value">
        {field.value === undefined ? <span className="dim">not in the dump</span> : <Hostile text={String(field.value)} />}
        {field.text === undefined ? null : (
          <span className="note-text">
            <Hostile text={field.text} />
          </span>
        )}
      </td>
    </tr>
  );
}

/** 16 bytes a line. */
const rawLines = (raw: string): string => (raw.match(/.{1,32}/g) ?? []).map((line) => line.replaceAll(/(..)(?=.)/g, '$1 ')).join('\n');

export function NoteDetails({ dump, note }: { readonly dump: string; readonly note: NoteJson }) {
  return (
    <section className="note-details selectable" aria-label={note.name} data-testid="note-details">
      <h2>
        <Hostile text={note.name} />
      </h2>
      <p className="dim">
        owner “<Hostile text={note.owner} />” · type {hex(note.type)} · note {note.index} · descriptor at{' '}
        <PlaceLink dump={dump} place={{ fileOffset: note.fileOffset, bytes: note.bytes }} />
      </p>
      {note.fields === undefined || note.fields.length === 0 ? null : (
        <table className="table note-fields">
          <thead>
            <tr>
              <th className="number">offset</th>
              <th className="number">size</th>
              <th>field</th>
              <th>value</th>
            </tr>
          </thead>
          <tbody>
            {note.fields.map((field) => (
              <Field key={`${field.offset}/${field.name}`} dump={dump} note={note} field={field} />
            ))}
          </tbody>
        </table>
      )}
      {note.text === undefined ? null : <TextView text={note.text} language="vmcoreinfo" label={note.name} />}
      {note.raw === undefined ? null : (
        <>
          <p className="dim">The type of this note is not known; these are its bytes.</p>
          <pre className="code note-raw">{rawLines(note.raw)}</pre>
        </>
      )}
    </section>
  );
}
