/** The dumps and sets in a dropped or chosen folder; the selected ones are opened. Shows progress while the folder is searched. */
import { useEffect, useState } from 'react';
import { andList } from '../../shared/and-list.ts';
import type { Gathered } from '../../shared/gather-protocol.ts';
import { byteText } from '../../shared/units.ts';
import { useStore } from '../hooks/use-store.ts';
import { leftOutText, type GatherState } from '../state/gathering.ts';
import { fileName } from '../state/open-dump.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { plural } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';
import './gather-dialog.css';

/** A search that ends sooner shows no dialog. */
const delayMs = 300;

function Looking({ paths }: { readonly paths: readonly string[] }) {
  const { gathering } = useWorkbench();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), delayMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  return (
    <Dialog title="Looking for dumps" testId="gather-looking" dismiss="Cancel" size="narrow" onClose={gathering.dismiss}>
      <p>
        <Icon name="loading" spin /> <Hostile text={andList(paths.slice(0, 3).map(fileName))} />
        {paths.length > 3 ? ` and ${paths.length - 3} more` : ''}
      </p>
    </Dialog>
  );
}

/** "set of 3 files", and whether the set is complete. */
function SetFacts({ dump }: { readonly dump: Gathered }) {
  const { parts, isComplete, packedWith } = dump;
  return (
    <>
      {dump.title}
      {packedWith === undefined ? '' : `, packed with ${packedWith}`}
      {parts === undefined ? '' : `, set of ${plural(parts.length, 'file')}`}
      {isComplete === false ? <span className="tone-warn"> not complete</span> : null}
    </>
  );
}

function Choice({ dumps, folders }: Extract<GatherState, { kind: 'choice' }>) {
  const { gathering } = useWorkbench();
  const [chosen, setChosen] = useState<ReadonlySet<Gathered>>(new Set());
  const isAll = chosen.size === dumps.length;
  const toggle = (dump: Gathered): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(dump)) next.add(dump);
      return next;
    });
  const left = leftOutText(folders);
  return (
    <Dialog
      title={
        <>
          Dumps in <Hostile text={andList(folders.map(({ path }) => fileName(path)))} />
        </>
      }
      testId="gather-choice"
      size="wide"
      action={{
        label: chosen.size === 0 ? 'Open' : `Open ${plural(chosen.size, 'dump')}`,
        run: () => gathering.choose(dumps.filter((dump) => chosen.has(dump))),
        disabled: chosen.size === 0,
        testId: 'gather-open',
      }}
      onClose={gathering.dismiss}
    >
      <label className="gather-all">
        <input type="checkbox" checked={isAll} onChange={() => setChosen(new Set(isAll ? [] : dumps))} data-testid="gather-all" /> All {dumps.length}
      </label>
      <ul className="gather-list">
        {dumps.map((dump) => (
          <li key={`${dump.path} ${dump.title}`}>
            <label className="gather-dump" title={(dump.parts ?? [dump.path]).join('\n')} data-testid="gather-dump">
              <input type="checkbox" checked={chosen.has(dump)} onChange={() => toggle(dump)} />
              <span className="cut code">
                <Hostile text={fileName(dump.path)} />
              </span>
              <span className="dim gather-facts">
                <SetFacts dump={dump} />
              </span>
              <span className="code gather-size">{byteText(dump.bytes)}</span>
            </label>
          </li>
        ))}
      </ul>
      {left === '' ? null : <p className="dim">{left}.</p>}
    </Dialog>
  );
}

export function GatherDialog() {
  const state = useStore(useWorkbench().gathering.state);
  if (state === undefined) return null;
  return state.kind === 'looking' ? <Looking paths={state.paths} /> : <Choice {...state} />;
}
