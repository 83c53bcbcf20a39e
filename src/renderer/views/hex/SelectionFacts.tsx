/** Facts about the selected bytes: counts, digests, and the texts in them. */
import { mostRangeBytes } from '../../../shared/range-facts-model.ts';
import { byteText } from '../../../shared/units.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { countText, paddedHex, percentText, plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';

/** Shorter selections are typically fields that the cursor passes. */
const shortest = 2;
const shownTexts = 20;

export function SelectionFacts({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine } = useWorkbench();
  const { space, cpu, address, length } = position;
  const isAsked = length >= shortest && length <= mostRangeBytes;
  const query = useQuery(dump, isAsked ? `${space}/${cpu ?? ''}/${address}/${length}` : undefined, (handle, signal) => {
    const owner = space === 'real' || space === 'virtual' ? { cpu: cpu ?? 0 } : {};
    return engine.call('rangeFacts', { dump: handle, space, address, length, ...owner }, { signal });
  });
  if (length < shortest) return null;
  const facts = isAsked && query.error === undefined ? query.value : undefined;
  if (facts?.bytes !== length)
    return (
      <section data-testid="selection-facts">
        <h3 className="caption">Selection</h3>
        <p className="dim">
          {!isAsked ? (
            `Digests are computed for at most ${byteText(mostRangeBytes)}.`
          ) : query.error === undefined ? (
            'Reading…'
          ) : (
            <Hostile text={`It cannot be read: ${query.error.message.split('\n')[0] ?? ''}`} />
          )}
        </p>
      </section>
    );
  const rows: readonly (readonly [string, string])[] = [
    ['Length', `${plural(length, 'byte')} (0x${length.toString(16)})`],
    ...(facts.present === length ? [] : [['Not in the dump', `${plural(length - facts.present, 'byte')}: no digest`] as const]),
    ['Zero bytes', `${countText(facts.zeros)} (${percentText(facts.zeros, facts.present)})`],
    ...(facts.entropy === undefined ? [] : [['Entropy', `${facts.entropy.toFixed(2)} bits a byte`] as const]),
    ...(facts.sha256 === undefined ? [] : [['SHA-256', facts.sha256] as const]),
    ...(facts.crc32 === undefined ? [] : [['CRC-32', paddedHex(facts.crc32, 8)] as const]),
    ...(facts.sum === undefined ? [] : [['Sum of bytes', facts.sum] as const]),
  ];
  return (
    <section data-testid="selection-facts">
      <h3 className="caption">Selection</h3>
      <dl className="readings">
        {rows.map(([name, value]) => (
          <div key={name} className="reading">
            <dt className="dim">{name}</dt>
            <dd className="code">{value}</dd>
          </div>
        ))}
      </dl>
      {facts.stringCount === 0 ? null : (
        <details>
          <summary>
            {plural(facts.stringCount, 'ASCII text')}
            {facts.stringCount > shownTexts ? `, the first ${shownTexts}` : ''}
          </summary>
          <ul className="inspector-known">
            {facts.strings.slice(0, shownTexts).map((one) => (
              <li key={one.address}>
                <AddressLink dump={dump.key} position={{ ...position, address: BigInt(one.address), length: one.text.length }} />{' '}
                <span className="code">
                  <Hostile text={one.text} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
