/** Machine code where the cursor is. It shares the cursor with the hex view: each follows the other. */
import { useState } from 'react';
import { registerAddress } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
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
import { covers } from './shown-code.ts';
import './disassembly.css';

/** CPUs that are offered as places to begin. */
const mostCpus = 32;

export function DisassemblyView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places } = useWorkbench();
  const { owner, position } = useFollowedCursor(dump.key);
  const [asked, setAsked] = useState<Position>();
  const code = position?.space === 'file' ? undefined : position;
  const query = useQuery(dump, asked === undefined ? undefined : positionText(asked), async (handle, signal) => {
    if (asked === undefined) return undefined;
    const { space, address, cpu } = asked;
    const question = { dump: handle, space, ...(space === 'real' ? { cpu: cpu ?? 0 } : defined({ cpu: space === 'virtual' ? cpu : undefined })) };
    // The whole function where one is known: the cursor may be in the middle of an instruction.
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
        <Cpus dump={dump} />
        {found === undefined ? null : (
          <h2 className="code">
            <Hostile text={`${found.name}${found.module === undefined ? '' : ` [${found.module}]`}`} />
          </h2>
        )}
      </header>
      {code === undefined ? (
        <p className="message">The instructions at the cursor are shown here. Choose a CPU above, or set the cursor in memory.</p>
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

/** Where each CPU was. */
function Cpus({ dump }: { readonly dump: OpenDump }) {
  const { places } = useWorkbench();
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  return (
    <div className="disassembly-cpus" role="toolbar" aria-label="Where the CPUs were">
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
