import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { targetPosition, type RegisterCell } from './register-rows.ts';

interface RegisterValueProps {
  readonly dump: string;
  readonly cell: RegisterCell | undefined;
  /** Number of the CPU, for addresses of its own spaces. */
  readonly number: number;
  readonly marked: boolean;
  readonly title?: string;
}

/** A register's value: marked where it differs, a link where it is an address. */
export function RegisterValue({ dump, cell, number, marked, title }: RegisterValueProps) {
  if (cell === undefined) return <span className="dim">not recorded</span>;
  const { value, target } = cell;
  const isHex = value.startsWith('0x');
  const look = [isHex ? 'code' : '', 'register-value', marked ? 'differs' : '', value === '0x0' ? 'zero' : ''].filter((name) => name !== '').join(' ');
  return (
    <span className={look} title={title}>
      {target === undefined ? (
        <Hostile text={value} />
      ) : (
        <AddressLink dump={dump} position={targetPosition(target, number)}>
          {value}
        </AddressLink>
      )}
    </span>
  );
}
