import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { targetPosition, type RegisterCell } from './register-rows.ts';

interface RegisterValueProps {
  readonly dump: string;
  readonly cell: RegisterCell | undefined;
  /** Number of the CPU, for addresses in its own spaces. */
  readonly number: number;
  /** The whole value is highlighted. */
  readonly marked?: boolean;
  /** Values next to it: in a number the differing digits are marked, in text the whole value. */
  readonly beside?: readonly string[];
  readonly title?: string;
}

/** A register's value: marked if it differs, a link if it is an address. */
export function RegisterValue({ dump, cell, number, marked = false, beside, title }: RegisterValueProps) {
  if (cell === undefined) return <span className="dim">not recorded</span>;
  const { value, digits, target } = cell;
  const differs = marked || (digits === undefined && beside?.some((other) => other !== value) === true);
  const look = [digits === undefined ? '' : 'code', 'register-value', differs ? 'differs' : '', value === '0x0' ? 'zero' : ''].filter((name) => name !== '');
  const shown = digits === undefined ? <Hostile text={value} /> : <HexNumber value={value} digits={digits} beside={beside} />;
  return (
    <span className={look.join(' ')} title={title}>
      {target === undefined ? (
        shown
      ) : (
        <AddressLink dump={dump} position={targetPosition(target, number)} explain={target.ofProgram !== true}>
          {shown}
        </AddressLink>
      )}
    </span>
  );
}
