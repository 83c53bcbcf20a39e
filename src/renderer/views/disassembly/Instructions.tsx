/** Instructions as a table; a click sets the cursor, which the hex view shows too. */
import { useMemo } from 'react';
import type { CodeMarkJson, DisassemblyJson, InstructionJson } from '../../../shared/code-model.ts';
import { cpuName } from '../../../shared/cpu-registers.ts';
import type { Position } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { explained } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { holdsAddress, markWords } from './shown-code.ts';
import { defined } from '../../../shared/defined.ts';

interface InstructionsProps {
  readonly dump: string;
  readonly answer: DisassemblyJson;
  readonly position: Position;
  readonly onPick: (position: Position) => void;
}

/** Properties common to all instructions of an answer. */
interface Shown {
  readonly dump: string;
  readonly space: Pick<Position, 'space' | 'cpu'>;
  readonly numbering: DisassemblyJson['numbering'];
  readonly onPick: (one: InstructionJson) => void;
}

const codeText = ({ mnemonic, operands }: InstructionJson): string =>
  mnemonic === undefined ? 'no instruction' : `${mnemonic.padEnd(7)} ${operands ?? ''}`.trimEnd();

function markText({ cpu, task, kind }: CodeMarkJson, numbering: DisassemblyJson['numbering']): string {
  const name = cpuName({ id: cpu, ...(numbering === 'linuxCpu' ? { linuxCpu: cpu } : {}) }, numbering);
  return `${name}${task === undefined ? '' : ` (${task})`} ${markWords[kind]}`;
}

const instructionColumns = ({ dump, space, numbering, onPick }: Shown): readonly DataColumn<InstructionJson>[] => [
  {
    id: 'address',
    title: 'address',
    width: 20,
    kind: 'hex',
    text: ({ address }) => address,
    cell: (one) => (
      <button
        type="button"
        className="link code"
        {...explained(dump, { ...space, address: BigInt(one.address), length: 1 })}
        onClick={() => onPick(one)}
        data-testid={`instruction-${one.address}`}
      >
        <HexNumber value={one.address} />
      </button>
    ),
  },
  { id: 'bytes', title: 'bytes', width: 14, text: ({ hex }) => hex, cell: ({ hex }) => <span className="dim">{hex}</span> },
  {
    id: 'instruction',
    title: 'instruction',
    width: 40,
    text: codeText,
    cell: (one) => (one.mnemonic === undefined ? <span className="dim">{codeText(one)}</span> : <AddressText dump={dump} text={codeText(one)} />),
  },
  {
    id: 'target',
    title: 'target',
    width: 30,
    grow: 1,
    text: ({ target }) => target?.symbol ?? target?.address ?? '',
    cell: ({ target }) =>
      target === undefined ? null : (
        <AddressLink dump={dump} position={{ ...space, address: BigInt(target.address), length: 2 }}>
          {target.symbol ?? target.address}
        </AddressLink>
      ),
  },
  {
    id: 'cpus',
    title: 'CPUs here',
    width: 30,
    grow: 2,
    text: ({ marks = [] }) => marks.map((mark) => markText(mark, numbering)).join('; '),
    cell: ({ marks = [] }) => marks.map((mark, index) => <Mark key={index} dump={dump} mark={mark} numbering={numbering} />),
  },
];

export function Instructions({ dump, answer, position, onPick }: InstructionsProps) {
  const { instructions, numbering } = answer;
  const { space, cpu } = position;
  const pick = ({ address, hex }: InstructionJson): void => onPick({ ...position, address: BigInt(address), length: hex.length / 2 });
  const columns = useMemo(
    () =>
      instructionColumns({
        dump,
        space: { space, ...defined({ cpu }) },
        numbering,
        onPick: ({ address, hex }) => onPick({ space, ...defined({ cpu }), address: BigInt(address), length: hex.length / 2 }),
      }),
    [dump, space, cpu, numbering, onPick],
  );
  return (
    <DataTable
      name="instructions"
      label="Instructions"
      testId="instructions"
      columns={columns}
      rows={instructions}
      noun={['instruction', 'instructions']}
      filter={{ label: 'Filter instructions' }}
      wrap
      current={instructions.findIndex((one) => holdsAddress(one, position.address))}
      mark={({ marks }) => (marks?.some(({ kind }) => kind === 'fault') === true ? 'fault' : undefined)}
      onRow={pick}
      opensOnClick
    />
  );
}

/** What a CPU's stack says about the instruction, and the values of its operands there. */
function Mark({ dump, mark, numbering }: { readonly dump: string; readonly mark: CodeMarkJson; readonly numbering: DisassemblyJson['numbering'] }) {
  return (
    <div className="code-mark" title={mark.detail}>
      <span className={mark.kind === 'fault' ? 'tone-bad' : 'dim'}>
        <Hostile text={markText(mark, numbering)} />
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
    </div>
  );
}
