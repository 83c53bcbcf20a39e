/** What is under the cursor: numbers in both byte orders, text, and what is known about the place. */
import type { ReactNode } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { spaceText, type Position } from '../../state/position.ts';
import { verdictWords } from '../../words/health.ts';
import { bytesDigits, countText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressFacts } from './AddressFacts.tsx';
import { explained } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { MarkList } from './MarkList.tsx';
import { SelectionFacts } from './SelectionFacts.tsx';
import { SymbolNames } from './SymbolNames.tsx';
import { Readings } from './Readings.tsx';
import { LowcoreHere } from '../lowcore/LowcoreHere.tsx';
import { asciiText, inspectIntegers, presentBytes } from './inspect-bytes.ts';

const inspectedBytes = 32n;
const all64 = 1n << 64n;

function Numbers({ bytes, order }: { readonly bytes: Uint8Array; readonly order: 'big' | 'little' }) {
  return (
    <dl className="inspector-numbers">
      {inspectIntegers(bytes).map((one) => {
        const value = one[order];
        return (
          <div key={one.bits} className="inspector-number">
            <dt className="dim">u{one.bits}</dt>
            <dd className="code">
              {value === undefined ? (
                <span className="dim">not in the dump</span>
              ) : (
                <>
                  <HexNumber value={value.hex} digits={bytesDigits(one.bits / 8) ?? 16} />
                  <span className="dim inspector-decimal">
                    {value.decimal}
                    {value.signed === value.decimal ? '' : ` (${value.signed})`}
                  </span>
                </>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Regions and checks that cover the cursor. */
function Known({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  if (position.space !== 'absolute') return null;
  const holds = ({ start, end }: { readonly start: string; readonly end: string }): boolean =>
    BigInt(start) <= position.address && position.address < BigInt(end);
  const regions = (dump.regions ?? []).filter(holds);
  const checks = dump.checks.filter((check) => check.ranges?.some((place) => 'space' in place && place.space === 'absolute' && holds(place)));
  if (regions.length === 0 && checks.length === 0) return null;
  return (
    <section>
      <h3 className="caption">This place</h3>
      <ul className="inspector-known">
        {regions.map((region, index) => (
          <li key={index}>
            <Hostile text={region.name} /> <PlaceLink dump={dump.key} place={{ space: 'absolute', start: region.start, end: region.end }} />
          </li>
        ))}
        {checks.map((check) => (
          <li key={check.id} className={check.verdict === 'failed' ? 'tone-bad' : 'dim'}>
            {check.title}: {verdictWords[check.verdict]}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Inspector({ dump, position, children }: { readonly dump: OpenDump; readonly position: Position; readonly children?: ReactNode }) {
  const { engine } = useWorkbench();
  const { space, address, cpu, length } = position;
  const limit = space === 'file' ? BigInt(dump.triage?.info.file.bytes ?? 0) : all64;
  const left = limit - address;
  const wanted = Number(left < inspectedBytes ? (left < 0n ? 0n : left) : inspectedBytes);
  const query = useQuery(dump, `${space}/${cpu ?? ''}/${address}`, async (handle, signal) => {
    const owner = space === 'real' || space === 'virtual' ? { cpu: cpu ?? 0 } : {};
    const { data, absent } = await engine.call('read', { dump: handle, space, address, length: wanted, ...owner }, { signal });
    return { bytes: presentBytes(data, address, absent), state: absent.find((gap) => BigInt(gap.start) <= address)?.state };
  });
  const bytes = query.error === undefined ? query.value?.bytes : undefined;
  const big = dump.triage?.info.machine.endianness !== 'little';
  const orders = big ? (['big', 'little'] as const) : (['little', 'big'] as const);
  return (
    <aside className="inspector selectable" aria-label="Inspector" data-testid="inspector">
      <section>
        <h3 className="caption">Cursor</h3>
        <p className="code">
          <span {...explained(dump.key, position)}>
            {spaceText(position)}:<HexNumber value={position.address} />
          </span>
        </p>
        <p className="dim">
          {length > 1 ? `${plural(length, 'byte')} selected` : '1 byte'}
          {space === 'absolute' ? ` · page ${countText(Number(address >> 12n))}` : ''}
          {query.value?.state === undefined ? '' : ` · ${query.value.state}`}
        </p>
      </section>
      {bytes === undefined ? (
        <p className="dim">{query.error === undefined ? 'Reading…' : 'No bytes here.'}</p>
      ) : (
        <>
          {orders.map((order, index) => (
            <section key={order}>
              <h3 className="caption">
                {order} endian{index === 0 ? ' (machine order)' : ''}
              </h3>
              <Numbers bytes={bytes} order={order} />
            </section>
          ))}
          <section>
            <h3 className="caption">ASCII</h3>
            <p className="code inspector-text">{bytes.length === 0 ? <span className="dim">not in the dump</span> : asciiText(bytes)}</p>
          </section>
        </>
      )}
      <SelectionFacts dump={dump} position={position} />
      <LowcoreHere dump={dump} position={position} />
      {bytes === undefined ? null : <SymbolNames dump={dump} position={position} bytes={bytes} />}
      <AddressFacts dump={dump} position={position} />
      <Readings dump={dump} position={position} />
      {children}
      <Known dump={dump} position={position} />
      <MarkList dump={dump} />
    </aside>
  );
}
