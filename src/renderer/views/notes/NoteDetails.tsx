/** One note: its contents, decoded and as bytes, linked in both directions. */
import { memo, useEffect, useRef } from 'react';
import type { FieldJson, NoteJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { useWorkbench } from '../../workbench.ts';
import { BytePane } from '../../widgets/byte-pane/BytePane.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { TextView } from '../../widgets/monaco/TextView.tsx';
import { bytesAt, fieldAt, noteAt } from './note-bytes.ts';

interface FieldRowProps {
  readonly field: FieldJson;
  readonly current: boolean;
  readonly onSelect: (field: FieldJson) => void;
}

const FieldRow = memo(function FieldRow({ field, current, onSelect }: FieldRowProps) {
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (current) line.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <tr ref={line} className="followed" aria-selected={current} data-field={field.name} onClick={() => onSelect(field)}>
      <td className="number code dim">{`0x${field.offset.toString(16).padStart(4, '0')}`}</td>
      <td className="number dim">{field.size}</td>
      <td>
        <button type="button" className="code note-field" onClick={() => onSelect(field)}>
          <Hostile text={field.name} />
        </button>
      </td>
      <td className="code note-value">
        {field.value === undefined ? <span className="dim">the note ends before it</span> : <Hostile text={String(field.value)} />}
        {field.text === undefined ? null : (
          <span className="note-text">
            <Hostile text={field.text} />
          </span>
        )}
      </td>
    </tr>
  );
});

/** 16 bytes per line. */
const rawLines = (raw: string): string => (raw.match(/.{1,32}/g) ?? []).map((line) => line.replaceAll(/(..)(?=.)/g, '$1 ')).join('\n');

/** Why bytes are shown next to the fields, or instead of them. */
function sizeWords(note: NoteJson): string | undefined {
  if (note.text !== undefined) return undefined;
  if (note.fields === undefined) return 'The structure of this note is not known; its bytes are shown.';
  const end = note.fields.reduce((most, { offset, size }) => Math.max(most, offset + size), 0);
  if (note.fields.some(({ value }) => value === undefined))
    return `The note has ${note.bytes} bytes, fewer than its structure: the fields past its end have no value.`;
  return note.raw !== undefined && note.bytes > end ? `The note has ${note.bytes} bytes; its structure explains the first ${end}.` : undefined;
}

export function NoteDetails({ dump, note }: { readonly dump: OpenDump; readonly note: NoteJson }) {
  const { places } = useWorkbench();
  const { owner, position: cursor } = useFollowedCursor(dump.key);
  const at = noteAt([note], cursor);
  const current = at === undefined ? undefined : fieldAt(note.fields, at.offset);
  const select = (offset: number, length: number): void => {
    const position = bytesAt(note, offset, length);
    if (position !== undefined) places.moveCursor(owner, position);
  };
  const words = sizeWords(note);
  const start = note.descriptorOffset;
  return (
    <section className="note-details" aria-label={note.name} data-testid="note-details">
      <div className="note-head selectable">
        <h2>
          <Hostile text={note.name} />
          {note.title === undefined ? null : <span className="note-title">{note.title}</span>}
        </h2>
        <p className="dim">
          owner “<Hostile text={note.owner} />” · type {hex(note.type)} · note {note.index} · {note.bytes} bytes
          {start === undefined ? (
            ' inside a packed file'
          ) : (
            <>
              {' at '}
              <PlaceLink dump={dump.key} place={{ fileOffset: start, bytes: note.bytes }} />
            </>
          )}
        </p>
        {words === undefined ? null : <p className="tone-warn">{words}</p>}
      </div>
      {note.fields === undefined || note.fields.length === 0 ? null : (
        <div className="note-scroll selectable" tabIndex={0} role="group" aria-label="Fields of the note">
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
                <FieldRow key={`${field.offset}/${field.name}`} field={field} current={field === current} onSelect={() => select(field.offset, field.size)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {note.text === undefined ? null : <TextView text={note.text} language="vmcoreinfo" label={note.name} />}
      {start !== undefined && note.bytes > 0 ? (
        <BytePane
          dump={dump}
          space="file"
          start={BigInt(start)}
          length={note.bytes}
          selection={at === undefined ? undefined : { offset: at.offset, length: cursor?.length ?? 1 }}
          label={`Bytes of ${note.name}`}
          onByte={(offset) => {
            const field = fieldAt(note.fields, offset);
            if (field === undefined) select(offset, 1);
            else select(field.offset, field.size);
          }}
        />
      ) : note.raw === undefined ? null : (
        <pre className="code note-raw selectable" tabIndex={0}>
          {rawLines(note.raw)}
        </pre>
      )}
    </section>
  );
}
