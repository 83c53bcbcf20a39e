/** Instructions as a table; one click sets the cursor, which the hex view shows too. */
import { Fragment, useEffect, useRef } from 'react';
import type { CodeMarkJson, DisassemblyJson, InstructionJson } from '../../../shared/code-model.ts';
import { cpuName } from '../../../shared/cpu-registers.ts';
import type { Position } from '../../state/position.ts';
import { countText } from '../../words/numbers.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { explained } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { around, holdsAddress, markWords } from './shown-code.ts';

interface InstructionsProps {
  readonly dump: string;
  readonly answer: DisassemblyJson;
  readonly position: Position;
  readonly onPick: (position: Position) => void;
}

export function Instructions({ dump, answer, position, onPick }: InstructionsProps) {
  const current = useRef<HTMLTableRowElement>(null);
  const { shown, before, after } = around(answer.instructions, position.address);
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' });
  }, [position.address, answer]);
  const pick = ({ address, hex }: InstructionJson): void => onPick({ ...position, address: BigInt(address), length: hex.length / 2 });
  return (
    <table className="table code-table" data-testid="instructions">
      <thead className="unseen">
        <tr>
          <th>address</th>
          <th>bytes</th>
          <th>instruction</th>
          <th>what it names</th>
        </tr>
      </thead>
      <tbody>
        {before === 0 ? null : <Left count={before} />}
        {shown.map((one) => {
          const isHere = holdsAddress(one, position.address);
          const failed = one.marks?.some(({ kind }) => kind === 'fault') === true;
          return (
            <Fragment key={one.address}>
              <tr
                {...(isHere ? { ref: current, 'aria-current': true as const } : {})}
                className={[isHere ? 'code-here' : '', failed ? 'code-failed' : ''].filter((name) => name !== '').join(' ')}
              >
                <td>
                  <button
                    type="button"
                    className="link code"
                    {...explained(dump, { ...position, address: BigInt(one.address) })}
                    onClick={() => pick(one)}
                    data-testid={`instruction-${one.address}`}
                  >
                    <HexNumber value={one.address} />
                  </button>
                </td>
                <td className="code dim">{one.hex}</td>
                <td className="code">
                  {one.mnemonic === undefined ? (
                    <span className="dim">no instruction</span>
                  ) : (
                    <AddressText dump={dump} text={`${one.mnemonic.padEnd(7)} ${one.operands ?? ''}`} />
                  )}
                </td>
                <td className="code">
                  {one.target === undefined ? null : (
                    <AddressLink dump={dump} position={{ ...position, address: BigInt(one.target.address), length: 2 }}>
                      {one.target.symbol ?? one.target.address}
                    </AddressLink>
                  )}
                </td>
              </tr>
              {(one.marks ?? []).map((mark, index) => (
                <Mark key={index} dump={dump} mark={mark} numbering={answer.numbering} />
              ))}
            </Fragment>
          );
        })}
        {after === 0 ? null : <Left count={after} />}
      </tbody>
    </table>
  );
}

function Left({ count }: { readonly count: number }) {
  return (
    <tr>
      <td colSpan={4} className="dim">
        {countText(count)} more instructions of the function
      </td>
    </tr>
  );
}

/** What the stack of a CPU says of the instruction, and the values of its operands there. */
function Mark({ dump, mark, numbering }: { readonly dump: string; readonly mark: CodeMarkJson; readonly numbering: DisassemblyJson['numbering'] }) {
  const cpu = cpuName({ id: mark.cpu, ...(numbering === 'linuxCpu' ? { linuxCpu: mark.cpu } : {}) }, numbering);
  return (
    <tr className="code-mark" title={mark.detail}>
      <td colSpan={4}>
        <span className={mark.kind === 'fault' ? 'tone-bad' : 'dim'}>
          <Hostile text={`${cpu}${mark.task === undefined ? '' : ` (${mark.task})`} ${markWords[mark.kind]}`} />
        </span>
        {(mark.registers ?? []).map(({ name, value, symbol }) => (
          <span key={name} className="code code-value">
            {name}=
            <AddressLink dump={dump} position={{ space: 'virtual', address: BigInt(value), length: 8 }}>
              {value}
            </AddressLink>
            {symbol === undefined ? null : <Hostile text={` ${symbol}`} />}
          </span>
        ))}
        {mark.memory === undefined ? null : (
          <span className="code code-value">
            operand at{' '}
            <AddressLink dump={dump} position={{ space: 'virtual', address: BigInt(mark.memory.address), length: 8 }}>
              {mark.memory.address}
            </AddressLink>
            {mark.memory.symbol === undefined ? null : <Hostile text={` ${mark.memory.symbol}`} />}
          </span>
        )}
      </td>
    </tr>
  );
}
