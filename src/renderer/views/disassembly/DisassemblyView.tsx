/** Machine code at the cursor, which is shared with the hex view: each follows the other. */
import { useState } from 'react';
import { registerAddress } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText, samePosition, type Position } from '../../state/position.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { MissingList } from '../kernel/MissingList.tsx';
import { Instructions } from './Instructions.tsx';
import { crashPlace, firstCode, type FirstCode } from './crash-place.ts';
import { covers } from './shown-code.ts';
import './disassembly.css';

/** CPUs offered as starting places. */
const mostCpus = 32;

export function DisassemblyView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places } = useWorkbench();
  const { owner, position } = useFollowedCursor(dump.key);
  const [asked, setAsked] = useState<Position>();
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  // Waits until the first facts are loaded: stacks may need a search for the kernel's symbols.
  const isLater = dump.triage !== undefined && dump.checked !== 'triage';
  const stacks = useQuery(dump, isLater && cpus.length > 0 ? 'where it crashed' : undefined, (handle, signal) =>
    engine.call('backtrace', { dump: handle }, { signal }),
  );
  const isLooking = dump.triage === undefined || (cpus.length > 0 && stacks.value === undefined && stacks.error === undefined);
  const traces = stacks.value?.traces ?? [];
  const first = position !== undefined || isLooking ? undefined : firstCode(traces, cpus, numbering);
  const code = position?.space === 'file' ? undefined : (position ?? first?.position);
  const query = useQuery(dump, asked === undefined ? undefined : positionText(asked), async (handle, signal) => {
    if (asked === undefined) return undefined;
    const { space, address, cpu } = asked;
    const question = { dump: handle, space, ...(space === 'real' ? { cpu: cpu ?? 0 } : defined({ cpu: space === 'virtual' ? cpu : undefined })) };
    // The whole function if one is known: the cursor may be in the middle of an instruction.
    const whole = await engine.call('disassemble', { ...question, address, whole: true }, { signal }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return undefined;
    });
    return whole ?? engine.call('disassemble', { ...question, address }, { signal });
  });
  if (code !== undefined && !samePosition(asked, code) && !covers(query.value, code)) setAsked(code);
  const answer = query.error === undefined ? query.value : undefined;
  const found = answer?.function;
  return (
    <div className="view disassembly-view selectable" data-testid="disassembly">
      <header className="disassembly-head">
        <Places dump={dump} crash={crashPlace(traces, numbering)} />
        {found === undefined ? null : (
          <h2 className="code">
            <Hostile text={`${found.name}${found.module === undefined ? '' : ` [${found.module}]`}`} />
          </h2>
        )}
      </header>
      {first === undefined ? null : (
        <p className="dim disassembly-first" data-testid="disassembly-first">
          <Hostile text={first.why} /> Set the cursor to see the instructions at another address.
        </p>
      )}
      {code === undefined ? (
        <p className="message" role="status">
          {position !== undefined
            ? 'The cursor is in the file, which has no instructions: choose a CPU above, or set the cursor in memory.'
            : isLooking
              ? 'Finding where it crashed…'
              : 'This dump has no CPU registers, so there is no place to start from: set the cursor in memory.'}
        </p>
      ) : answer === undefined ? (
        <QueryMessage query={query} what={`the instructions at ${positionText(code)}`} />
      ) : (
        <div className="disassembly-code">
          <Instructions dump={dump.key} answer={answer} position={code} onPick={(picked) => places.moveCursor(owner, picked)} />
          <MissingList missing={answer.missing} />
        </div>
      )}
    </div>
  );
}

/** Where it crashed, and where each CPU was. */
function Places({ dump, crash }: { readonly dump: OpenDump; readonly crash: FirstCode | undefined }) {
  const { places } = useWorkbench();
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  return (
    <div className="disassembly-cpus" role="toolbar" aria-label="Where it crashed, and where the CPUs were">
      {crash === undefined ? null : (
        <button
          type="button"
          className="button"
          title={visibleText(crash.why)}
          onClick={() => places.goTo(dump.key, crash.position, 'disassembly')}
          data-testid="disassembly-crash"
        >
          Crash
        </button>
      )}
      {cpus.slice(0, mostCpus).flatMap((cpu) => {
        const at = registerAddress(cpu, 'pc');
        const number = cpuNumber(cpu, numbering);
        return at === undefined
          ? []
          : [
              <button
                key={cpu.id}
                type="button"
                className="button"
                onClick={() => places.goTo(dump.key, { space: at.space, address: at.value, length: 2, cpu: number }, 'disassembly')}
                data-testid={`disassembly-cpu-${number}`}
              >
                CPU {number}
              </button>,
            ];
      })}
    </div>
  );
}
