/** Lowcores at addresses that are not a known CPU's prefix: of a CPU whose state was lost, or of an earlier kernel. */
import { useState, type SyntheticEvent } from 'react';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { resolveGoTo } from '../../state/go-to.ts';
import { groupedHex } from '../../words/numbers.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Icon } from '../../widgets/Icon.tsx';

interface LowcoreAddressesProps {
  readonly cpus: readonly CpuJson[];
  readonly addresses: readonly bigint[];
  /** No more columns fit. */
  readonly full: boolean;
  readonly onChange: (addresses: readonly bigint[]) => void;
}

export function LowcoreAddresses({ cpus, addresses, full, onChange }: LowcoreAddressesProps) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    const found = resolveGoTo(text, 'absolute', cpus);
    if (!found.ok) setWrong(found.message);
    else if (found.position.space !== 'absolute') setWrong('expected an absolute address: prefixes are absolute');
    else {
      const { address } = found.position;
      if (!addresses.includes(address)) onChange([...addresses, address]);
      setText('');
      setWrong(undefined);
    }
  };
  return (
    <form className="cpu-picker" onSubmit={add} aria-label="Lowcores at addresses">
      {addresses.map((address) => (
        <span key={address} className="cpu-chip code">
          <HexNumber value={address} />
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove the lowcore at ${groupedHex(address)}`}
            onClick={() => onChange(addresses.filter((one) => one !== address))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <input
        className="input lowcore-at"
        placeholder="Lowcore at 0x…"
        aria-label="Show the lowcore at an absolute address"
        aria-invalid={wrong !== undefined}
        title={full ? 'No more columns fit' : 'Any absolute address, as in the go-to box; Enter adds a column for it'}
        disabled={full}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(undefined);
        }}
        data-testid="lowcore-at"
      />
      {wrong === undefined ? null : (
        <span className="tone-bad" role="alert" data-testid="lowcore-at-wrong">
          {wrong}
        </span>
      )}
    </form>
  );
}
