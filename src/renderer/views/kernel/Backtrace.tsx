import { doubtfulIdentity } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { FrameTable } from './FrameTable.tsx';

function title(trace: TraceJson): string {
  const task = trace.task === undefined ? undefined : `${trace.task.comm} (${trace.task.pid ?? '?'})`;
  const linux = trace.linuxCpu === undefined || trace.linuxCpu === trace.cpu ? '' : ` (Linux CPU ${trace.linuxCpu})`;
  return [trace.cpu === undefined ? undefined : `CPU ${trace.cpu}${linux}`, task].filter((part) => part !== undefined).join(' · ');
}

/** One backtrace: every frame with its function, links for its addresses, and where and why it ends. */
export function Backtrace({ dump, trace }: { readonly dump: string; readonly trace: TraceJson }) {
  const doubt = doubtfulIdentity(trace);
  const isShort = trace.end === 'broken' || trace.end === 'partial';
  const head = (
    <h3>
      <Hostile text={title(trace)} />
      {trace.task === undefined ? null : (
        <span className="dim">
          {' '}
          task <AddressLink dump={dump} position={kernelPosition(trace.task.address)} />
        </span>
      )}
    </h3>
  );
  return (
    <section className="backtrace" aria-label={`Backtrace of ${title(trace)}`} data-testid="backtrace">
      {doubt === undefined ? null : (
        <p className="tone-warn">
          <Hostile text={doubt} />
        </p>
      )}
      {trace.frames.length === 0 ? head : <FrameTable dump={dump} trace={trace} label={`Frames of ${title(trace)}`} before={head} />}
      <p className={isShort ? 'trace-end tone-warn' : 'trace-end dim'}>
        <PlaceText dump={dump} text={trace.detail} />
      </p>
      {trace.user === undefined ? null : (
        <details className="user-registers">
          <summary className="dim">User-space registers</summary>
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
