/** The thin React wrapper of two linked hex grids. */
import { useEffect, useEffectEvent, useRef } from 'react';
import '../hex-grid/hex-grid.css';
import { createHexSource, type ReadBytes } from '../hex-grid/hex-source.ts';
import { HexPair } from './hex-pair.ts';
import './hex-pair.css';

interface HexPairViewProps {
  /** Identifies what is read: another key reads it again. Undefined shows nothing. */
  readonly sourceKey: string | undefined;
  readonly size: bigint;
  readonly memoryEnd: bigint;
  readonly shift: bigint;
  readonly readLeft: ReadBytes;
  readonly readRight: ReadBytes;
  /** Address in the left dump. */
  readonly cursor: bigint;
  readonly label: string;
  /** Addresses of 16 digits; otherwise 12, which leaves room for both on a small screen. */
  readonly wide: boolean;
  readonly onCursor: (address: bigint) => void;
  readonly onPainted: (differing: number, refused: Error | undefined) => void;
}

export function HexPairView({ sourceKey, size, memoryEnd, shift, readLeft, readRight, cursor, label, wide, onCursor, onPainted }: HexPairViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const pair = useRef<HexPair>(undefined);
  const moved = useEffectEvent(onCursor);
  const painted = useEffectEvent(onPainted);
  const left = useEffectEvent(readLeft);
  const right = useEffectEvent(readRight);

  useEffect(() => {
    if (host.current === null) return undefined;
    const made = new HexPair(host.current, { onCursor: (address) => moved(address), onPainted: (differing, refused) => painted(differing, refused) });
    pair.current = made;
    return () => {
      made.destroy();
      pair.current = undefined;
    };
  }, []);
  useEffect(() => {
    const made = pair.current;
    if (made === undefined || sourceKey === undefined) return undefined;
    const changed = (): void => made.refresh();
    const one = createHexSource(size, (address, length, signal) => left(address, length, signal), changed);
    const other = createHexSource(shift > 0n ? size + shift : size, (address, length, signal) => right(address, length, signal), changed);
    made.setSources({ left: one, right: other, shift, memoryEnd });
    return () => {
      one.close();
      other.close();
    };
  }, [sourceKey, size, shift, memoryEnd]);
  useEffect(() => {
    pair.current?.goTo(cursor);
  }, [sourceKey, cursor]);

  return (
    <div
      ref={host}
      className={`hex-pair code${wide ? ' wide' : ''}`}
      role="application"
      aria-roledescription="two hex grids"
      aria-label={label}
      tabIndex={0}
      data-testid="hex-pair"
      data-pane-focus
    />
  );
}
