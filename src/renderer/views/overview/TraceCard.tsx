import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { kernelPosition } from '../../state/position.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { visibleText } from '../../../shared/visible-text.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

/** Frames that are shown here; the kernel view has all. */
const shownFrames = 12;

function Frame({ dump, frame, isCrash }: { readonly dump: string; readonly frame: FrameJson; readonly isCrash: boolean }) {
  return (
    <li className={`trace-frame frame-${frame.kind}${isCrash ? ' crash-place' : ''}`}>
      {frame.kind === 'interrupted' ? <span className="dim">interrupted </span> : null}
      {frame.symbol === undefined ? (
        <>
          <AddressLink dump={dump} position={kernelPosition(frame.address, 2)} /> <span className="dim">no name known</span>
        </>
      ) : (
        <AddressLink dump={dump} position={kernelPosition(frame.address, 2)}>
          {visibleText(frame.symbol)}
        </AddressLink>
      )}
    </li>
  );
}

/** Backtrace of the crashed task: the place of the crash first, without the frames common to all crashes. */
export function TraceCard({ dump, trace }: { readonly dump: OpenDump; readonly trace: TraceJson }) {
  const { places, kernelPane } = useWorkbench();
  const title = `trace-${dump.key}`;
  const skipped = trace.crashFrames ?? 0;
  const frames = trace.frames.slice(skipped, skipped + shownFrames);
  const left = trace.frames.length - skipped - frames.length;
  const { task } = trace;
  return (
    <section className="card overview-card trace-card" aria-labelledby={title} data-testid="trace-card">
      <div className="card-head">
        <h2 className="caption" id={title}>
          Backtrace of the crashed task
        </h2>
        <button
          type="button"
          className="link"
          onClick={() => {
            kernelPane.update((old) => ({ ...old, [dump.key]: 'traces' }));
            places.show('kernel', dump.key);
          }}
        >
          All backtraces
        </button>
      </div>
      <p className="trace-task">
        {trace.cpu === undefined ? null : `CPU ${trace.linuxCpu ?? trace.cpu} · `}
        {task === undefined ? (
          <span className="dim">task not known</span>
        ) : (
          <>
            <AddressLink dump={dump.key} position={kernelPosition(task.address)}>
              {visibleText(task.comm)}
            </AddressLink>{' '}
            {task.pid === undefined ? null : <span className="dim">pid {task.pid}</span>}
          </>
        )}
      </p>
      <ol className="trace-frames selectable" aria-label="Frames, innermost first">
        {skipped === 0 ? null : (
          <li
            className="trace-frame dim"
            title={visibleText(
              trace.frames
                .slice(0, skipped)
                .map(({ symbol, address }) => symbol ?? address)
                .join('\n'),
            )}
          >
            {plural(skipped, 'frame')} of the crash itself
          </li>
        )}
        {frames.map((frame, index) => (
          <Frame key={index} dump={dump.key} frame={frame} isCrash={index === 0} />
        ))}
        {left === 0 ? null : <li className="trace-frame dim">{plural(left, 'more frame')}</li>}
      </ol>
      {trace.end === 'broken' || trace.end === 'partial' ? (
        <p className="tone-warn trace-detail">
          <AddressText dump={dump.key} text={trace.detail} />
        </p>
      ) : null}
      {frames.length === 0 ? (
        <p className="dim">
          <Hostile text={trace.detail} />
        </p>
      ) : null}
    </section>
  );
}
