/** The frames of one backtrace as a table: function, address, and place on the stack. */
import { useMemo, type ReactNode } from 'react';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { addressCharacters } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { explained } from '../../widgets/explained.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

const kindWords: Readonly<Record<FrameJson['kind'], string>> = { running: 'at', link: 'called from', return: '', interrupted: 'interrupted', guess: 'perhaps' };
const hints: Readonly<Record<FrameJson['kind'], string>> = {
  running: 'Where the CPU was when the dump was taken',
  link: 'The caller, from the link register: this function had no frame of its own',
  return: 'A return address on the stack',
  interrupted: 'Where an interruption stopped the code below',
  guess: 'A code address found on the stack, possibly from an earlier call',
};

interface FrameRow {
  readonly frame: FrameJson;
  /** Index in the trace: 0 is the innermost. */
  readonly at: number;
  /** The place of the crash, below the frames common to all crashes. */
  readonly isCrash: boolean;
}

type Column = DataColumn<FrameRow>;

const noName = ({ hidden }: FrameJson): string => (hidden === undefined ? 'no name known' : 'hidden by a tracer');

/** Which stack, and the tracer's trampoline through which the caller was found. */
function stackText({ stack, trampoline, hidden }: FrameJson): string {
  const tracer =
    trampoline === undefined
      ? undefined
      : hidden === undefined
        ? `seen through ${trampoline}`
        : `${trampoline}, a tracer's trampoline, hides the caller: ${hidden}`;
  return [stack, tracer].filter((part) => part !== undefined).join('; ');
}

function FunctionCell({ dump, frame }: { readonly dump: string; readonly frame: FrameJson }) {
  return (
    <span className={`cut frame-function frame-${frame.kind}`} title={hints[frame.kind]}>
      {kindWords[frame.kind] === '' ? null : <span className="frame-mark">{kindWords[frame.kind]} </span>}
      {frame.symbol === undefined ? (
        <span className="dim">{noName(frame)}</span>
      ) : (
        <span {...explained(dump, kernelPosition(frame.address, 2))}>
          <Hostile text={frame.symbol} />
        </span>
      )}
    </span>
  );
}

const frameColumns = (dump: string): readonly Column[] => [
  {
    id: 'frame',
    title: 'frame',
    width: 5,
    kind: 'number',
    text: ({ at }) => String(at),
    value: ({ at }) => at,
    cell: ({ at }) => <span className="dim">{at}</span>,
  },
  {
    id: 'function',
    title: 'function',
    width: 24,
    grow: 1,
    text: ({ frame }) => [kindWords[frame.kind], frame.symbol ?? noName(frame)].filter((part) => part !== '').join(' '),
    value: ({ frame }) => frame.symbol,
    cell: ({ frame }) => <FunctionCell dump={dump} frame={frame} />,
  },
  {
    id: 'address',
    title: 'address',
    width: addressCharacters,
    kind: 'hex',
    text: ({ frame }) => frame.address,
    cell: ({ frame }) => <AddressLink dump={dump} position={kernelPosition(frame.address, 2)} />,
  },
  {
    id: 'stackPointer',
    title: 'stack pointer',
    width: addressCharacters,
    kind: 'hex',
    text: ({ frame }) => frame.stackPointer ?? '',
    cell: ({ frame }) => (frame.stackPointer === undefined ? null : <AddressLink dump={dump} position={kernelPosition(frame.stackPointer)} />),
  },
  {
    id: 'stack',
    title: 'stack',
    width: 13,
    grow: 0.4,
    text: ({ frame }) => stackText(frame),
    cell: ({ frame }) => (
      <span className="dim">
        <Hostile text={stackText(frame)} title />
      </span>
    ),
  },
];

interface FrameTableProps {
  readonly dump: string;
  readonly trace: TraceJson;
  /** The name of the table, for screen readers. */
  readonly label: string;
  /** The title of the trace. */
  readonly before: ReactNode;
}

export function FrameTable({ dump, trace, label, before }: FrameTableProps) {
  const { places } = useWorkbench();
  const columns = useMemo(() => frameColumns(dump), [dump]);
  const rows = useMemo(() => {
    const crash = trace.crashed === true ? (trace.crashFrames ?? 0) : undefined;
    return trace.frames.map((frame, at): FrameRow => ({ frame, at, isCrash: at === crash }));
  }, [trace]);
  const disassemble = ({ frame }: FrameRow): void => places.goTo(dump, kernelPosition(frame.address, 2), 'disassembly');
  return (
    <DataTable
      name="frames"
      label={label}
      testId="frame-table"
      columns={columns}
      rows={rows}
      before={before}
      isTransient
      asHighAsRows
      mark={({ frame, isCrash }) => (isCrash ? 'crashed' : frame.kind)}
      onRow={disassemble}
      rowItems={(row) => [
        { label: 'Disassemble', run: () => disassemble(row) },
        ...(row.frame.stackPointer === undefined
          ? []
          : [{ label: 'Show the stack in hex', run: () => places.goTo(dump, kernelPosition(row.frame.stackPointer ?? '0x0')) }]),
      ]}
    />
  );
}
