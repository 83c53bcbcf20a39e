/** The bytes of both dumps, linked: one cursor, one scrollbar, the right side optionally shifted. */
import { useState } from 'react';
import type { AddressSpace } from '../../../shared/model.ts';
import { handleOf } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { type Pair } from './pair.ts';
import { SideHead } from './SideHead.tsx';
import type { HexWindow } from '../../widgets/hex-grid/hex-source.ts';
import { HexPairView } from '../../widgets/hex-pair/HexPairView.tsx';
import { countText } from '../../words/numbers.ts';

interface HexPanesProps {
  readonly pair: Pair;
  /** Shift of the comparison; here any number of bytes can be added. */
  readonly shift: bigint;
  readonly end: bigint;
  readonly address: bigint;
  readonly differing: number | undefined;
  /** The rule that covers the cursor. */
  readonly ignoredBy: string | undefined;
  readonly onMove: (address: bigint) => void;
  readonly onDiffering: (bytes: number) => void;
}

const all64 = 1n << 64n;
type Space = Extract<AddressSpace, 'absolute' | 'real' | 'virtual'>;

/** Signed hexadecimal or decimal number of bytes; undefined if it is not a number. */
function bytesOf(text: string): bigint | undefined {
  const match = /^\s*([+-]?)\s*(0x[0-9a-f]+|\d+)\s*$/i.exec(text);
  if (match?.[2] === undefined) return undefined;
  const size = BigInt(match[2]);
  return size >= all64 ? undefined : match[1] === '-' ? -size : size;
}

export function HexPanes({ pair, shift, end, address, differing, ignoredBy, onMove, onDiffering }: HexPanesProps) {
  const { engine } = useWorkbench();
  const { left, right } = pair;
  const [space, setSpace] = useState<Space>('absolute');
  const [cpu, setCpu] = useState(0);
  const [text, setText] = useState('0');
  /** Spaces other than absolute have their own position: the list and the strip use absolute addresses. */
  const [own, setOwn] = useState(0n);
  const [refused, setRefused] = useState<Error>();
  const extra = bytesOf(text);
  const isAbsolute = space === 'absolute';
  const total = (isAbsolute ? shift : 0n) + (extra ?? 0n);
  const [one, other] = [handleOf(left), handleOf(right)];
  const cpus = left.triage?.cpus ?? [];
  const read = async (dump: string | undefined, at: bigint, length: number, signal: AbortSignal): Promise<HexWindow> => {
    if (dump === undefined) throw new Error('the dump is being opened');
    const of = isAbsolute ? {} : { cpu };
    const { data, absent } = await engine.call('read', { dump, space, address: at, length, ...of }, { signal });
    return { data, absent: absent.map((gap) => ({ start: BigInt(gap.start), end: BigInt(gap.end), state: gap.state })) };
  };
  const key = one === undefined || other === undefined ? undefined : `${one}/${other}/${left.generation}/${right.generation}/${space}/${isAbsolute ? '' : cpu}`;
  const caption = isAbsolute ? 'absolute' : `${space}, CPU ${cpu}`;
  return (
    <div className="compare-hex">
      <div className="compare-hex-head">
        <span className="compare-hex-side">
          <SideHead pair={pair} side="left" brief />
          {ignoredBy === undefined || !isAbsolute ? null : (
            <span className="tone-warn compare-ignored cut" data-testid="ignored-here">
              ignored: <Hostile text={ignoredBy} title />
            </span>
          )}
        </span>
        <span className="compare-hex-side">
          <SideHead pair={pair} side="right" brief />
          {total === 0n ? null : (
            <span className="dim">
              {total < 0n ? '-' : '+'} 0x{(total < 0n ? -total : total).toString(16)}
            </span>
          )}
        </span>
        <span className="compare-hex-tools">
          <span className="dim" data-testid="differing-bytes">
            {differing === undefined ? '' : `${countText(differing)} bytes on screen differ`}
          </span>
          <select className="select" aria-label="Address space" value={space} onChange={(event) => setSpace(event.currentTarget.value as Space)}>
            <option value="absolute">absolute</option>
            <option value="real">real</option>
            <option value="virtual">virtual</option>
          </select>
          {isAbsolute ? null : (
            <select className="select" aria-label="CPU" value={cpu} onChange={(event) => setCpu(Number(event.currentTarget.value))}>
              {cpus.map(({ id, linuxCpu }) => (
                <option key={id} value={linuxCpu ?? id}>
                  CPU {linuxCpu ?? id}
                </option>
              ))}
            </select>
          )}
          <input
            className={`select code compare-shift${extra === undefined ? ' wrong' : ''}`}
            aria-label="Shift of the right side in bytes"
            title="Shift the right side by any number of bytes"
            aria-invalid={extra === undefined}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </span>
      </div>
      <div className="compare-hex-body">
        <HexPairView
          sourceKey={key}
          size={isAbsolute ? (end > 16n ? end : 16n) : all64}
          memoryEnd={end}
          shift={total}
          readLeft={(at, length, signal) => read(one, at, length, signal)}
          readRight={(at, length, signal) => read(other, at, length, signal)}
          cursor={isAbsolute ? address : own}
          wide={!isAbsolute || end > 1n << 48n}
          label={`Bytes of ${pair.names.left.name} and ${pair.names.right.name} side by side, ${caption} addresses. Arrows move the cursor in both.`}
          onCursor={isAbsolute ? onMove : setOwn}
          onPainted={(count, error) => {
            onDiffering(count);
            setRefused(error);
          }}
        />
        {refused === undefined ? null : (
          <p className="compare-refused" role="status">
            <Hostile text={refused.message.split('\n')[0] ?? ''} />
          </p>
        )}
      </div>
    </div>
  );
}
