/** The bytes of one structure, next to its fields: the selection is marked, and a click selects the field of the byte. */
import { memo, useEffect, useMemo, useRef } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { byteAt, rowBytes } from '../hex-grid/hex-row.ts';
import { QueryMessage } from '../QueryMessage.tsx';
import { byteRows, selectedIn, splitRow, type ByteRow, type ByteSpan } from './byte-rows.ts';
import './byte-pane.css';

interface RowProps {
  readonly row: ByteRow;
  readonly digits: number;
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** Digits of a row, with zero bytes dimmed. */
function Digits({ text }: { readonly text: string }) {
  return text.split(/((?:\b00\b *)+)/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className="zero">
        {part}
      </span>
    ),
  );
}

const Row = memo(function Row({ row, digits, first, last }: RowProps) {
  const address = row.offset.toString(16).padStart(digits, '0');
  if (first === undefined || last === undefined)
    return (
      <div className="byte-row" data-offset={row.offset}>
        <span className="faint">{address}</span>{' '}
        <span data-bytes="hex">
          <Digits text={row.hex} />
        </span>{' '}
        <span data-bytes="text">{row.text}</span>
      </div>
    );
  const { hex, text } = splitRow(row, [first, last]);
  return (
    <div className="byte-row" data-offset={row.offset}>
      <span className="faint">{address}</span>{' '}
      <span data-bytes="hex">
        <Digits text={hex[0] ?? ''} />
        <mark>{hex[1]}</mark>
        <Digits text={hex[2] ?? ''} />
      </span>{' '}
      <span data-bytes="text">
        {text[0]}
        <mark>{text[1]}</mark>
        {text[2]}
      </span>
    </div>
  );
});

const rowHeight = 18;
const maxBytes = 65536;
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -rowBytes, ArrowDown: rowBytes };

/** The byte under the pointer, by the width of a character; undefined outside the bytes. */
function byteUnder(target: EventTarget, clientX: number): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const part = target.closest<HTMLElement>('[data-bytes]');
  const row = target.closest<HTMLElement>('[data-offset]');
  const text = part?.textContent ?? '';
  if (part === null || row === null || text === '') return undefined;
  const box = part.getBoundingClientRect();
  const character = Math.min(text.length - 1, Math.max(0, Math.floor(((clientX - box.left) / box.width) * text.length)));
  return Number(row.dataset.offset) + (part.dataset.bytes === 'hex' ? byteAt(character) : character);
}

interface BytePaneProps {
  readonly dump: OpenDump;
  readonly space: 'absolute' | 'file';
  readonly start: bigint;
  /** At most 64 KiB are shown. */
  readonly length: number;
  readonly selection: ByteSpan | undefined;
  /** "Bytes of NT_PRSTATUS" */
  readonly label: string;
  readonly onByte: (offset: number) => void;
}

export function BytePane({ dump, space, start, length, selection, label, onByte }: BytePaneProps) {
  const { engine } = useWorkbench();
  const host = useRef<HTMLDivElement>(null);
  const size = Math.min(length, maxBytes);
  const query = useQuery(dump, `${space}/${start}/${size}`, async (handle, signal) => {
    const { data, absent } = await engine.call('read', { dump: handle, space, address: start, length: size }, { signal });
    return { start, data, absent: absent.map((gap) => ({ start: BigInt(gap.start), end: BigInt(gap.end), state: gap.state })) };
  });
  // While bytes are being read, those of another structure are not shown under this one's name.
  const answer = query.value?.start === start && query.value.data.length === size ? query.value : undefined;
  const rows = useMemo(() => (answer === undefined ? undefined : byteRows(answer.data, answer.start, answer.absent)), [answer]);
  const offset = selection?.offset;
  useEffect(() => {
    const pane = host.current;
    if (pane === null || offset === undefined || rows === undefined) return;
    const top = Math.floor(offset / rowBytes) * rowHeight;
    if (top < pane.scrollTop || top + 2 * rowHeight > pane.scrollTop + pane.clientHeight) pane.scrollTop = Math.max(0, top - 2 * rowHeight);
  }, [offset, rows]);
  if (rows === undefined) return <QueryMessage query={query} what="the bytes" />;
  const digits = Math.max(3, (size - 1).toString(16).length);
  const move = (by: number): void => {
    const next = (offset ?? 0) + by;
    if (next >= 0 && next < size) onByte(next);
  };
  return (
    <div
      ref={host}
      className="byte-pane code"
      role="group"
      aria-label={`${label}. Arrows move from byte to byte.`}
      tabIndex={0}
      data-testid="byte-pane"
      onKeyDown={(event) => {
        const by = steps[event.key];
        if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        move(by);
      }}
      onClick={(event) => {
        const byte = byteUnder(event.target, event.clientX);
        if (byte !== undefined && byte < size) onByte(byte);
      }}
    >
      {rows.map((row) => {
        const [first, last] = selectedIn(row.offset, selection) ?? [];
        return <Row key={row.offset} row={row} digits={digits} first={first} last={last} />;
      })}
      {length > size ? <div className="dim">the other {length - size} bytes are shown in hex</div> : null}
    </div>
  );
}
