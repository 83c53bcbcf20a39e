import { doubtfulIdentity } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { explained } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';

const marks: Readonly<Record<FrameJson['kind'], string>> = { running: 'at', link: 'called from', return: '', interrupted: 'interrupted', guess: 'perhaps' };
const hints: Readonly<Record<FrameJson['kind'], string>> = {
  running: 'Where the CPU was when the dump was taken',
  link: 'The caller, from the link register: this function had no frame of its own',
  return: 'A return address on the stack',
  interrupted: 'Where an interruption stopped the code below',
  guess: 'An address of code that lies on the stack, perhaps from an earlier call',
};

function title(trace: TraceJson): string {
  const task = trace.task === undefined ? undefined : `${trace.task.comm} (${trace.task.pid ?? '?'})`;
  const linux = trace.linuxCpu === undefined || trace.linuxCpu === trace.cpu ? '' : ` (Linux CPU ${trace.linuxCpu})`;
  return [trace.cpu === undefined ? undefined : `CPU ${trace.cpu}${linux}`, task].filter((part) => part !== undefined).join(' · ');
}

/** One backtrace: every frame with its function, addresses to follow, and where and why it ends. */
export function Backtrace({ dump, trace }: { readonly dump: string; readonly trace: TraceJson }) {
  const doubt = doubtfulIdentity(trace);
  const isShort = trace.end === 'broken' || trace.end === 'partial';
  return (
    <section className="backtrace" aria-label={`Backtrace of ${title(trace)}`} data-testid="backtrace">
      <h3>
        <Hostile text={title(trace)} />
        {trace.task === undefined ? null : (
          <span className="dim">
            {' '}
            task <AddressLink dump={dump} position={kernelPosition(trace.task.address)} />
          </span>
        )}
      </h3>
      {doubt === undefined ? null : (
        <p className="tone-warn">
          <Hostile text={doubt} />
        </p>
      )}
      {trace.frames.length === 0 ? null : (
        <table className="table frames">
          <thead className="unseen">
            <tr>
              <th>frame</th>
              <th>function</th>
              <th>address</th>
              <th>stack pointer</th>
              <th>stack</th>
            </tr>
          </thead>
          <tbody>
            {trace.frames.map((frame, index) => (
              <tr key={index} className={`frame-${frame.kind}`} title={hints[frame.kind]}>
                <td className="number dim">{index}</td>
                <td className="code frame-function">
                  {marks[frame.kind] === '' ? null : <span className="frame-mark">{marks[frame.kind]} </span>}
                  {frame.symbol === undefined ? (
                    <span className="dim">{frame.hidden === undefined ? 'no name known' : 'hidden by a tracer'}</span>
                  ) : (
                    <span {...explained(dump, kernelPosition(frame.address, 2))}>
                      <Hostile text={frame.symbol} />
                    </span>
                  )}
                </td>
                <td>
                  <AddressLink dump={dump} position={kernelPosition(frame.address, 2)} />
                </td>
                <td>{frame.stackPointer === undefined ? null : <AddressLink dump={dump} position={kernelPosition(frame.stackPointer)} />}</td>
                <td className="dim">
                  {frame.stack}
                  {frame.trampoline === undefined ? null : (
                    <>
                      {frame.stack === undefined ? '' : '; '}
                      <Hostile
                        text={
                          frame.hidden === undefined
                            ? `seen through ${frame.trampoline}`
                            : `${frame.trampoline}, a tracer's trampoline, hides the caller: ${frame.hidden}`
                        }
                      />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className={isShort ? 'trace-end tone-warn' : 'trace-end dim'}>
        <AddressText dump={dump} text={trace.detail} />
      </p>
      {trace.user === undefined ? null : (
        <details className="user-registers">
          <summary className="dim">Registers of user space</summary>
          <dl className="registers">
            {Object.entries({
              ...defined({ 'psw mask': trace.user.pswMask }),
              address: trace.user.address,
              ...trace.user.registers,
            }).map(([name, value]) => (
              <div key={name} className="register">
                <dt className="dim">{name}</dt>
                <dd className="code">
                  <HexNumber value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}
