/** An archive or disk that contains several dumps: the selected ones are opened instead of it. */
import { useState } from 'react';
import type { DumpChoice, SeveralDumpsJson } from '../../shared/dump-choice.ts';
import { byteText } from '../../shared/units.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { plural } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';
import './gather-dialog.css';

interface SeveralDumpsProps {
  readonly dump: OpenDump;
  readonly several: SeveralDumpsJson;
  readonly onClose: () => void;
}

export function SeveralDumps({ dump, several: { holder, choices }, onClose }: SeveralDumpsProps) {
  const { dumps, places, closeDump } = useWorkbench();
  const [chosen, setChosen] = useState<ReadonlySet<DumpChoice>>(new Set());
  const toggle = (one: DumpChoice): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(one)) next.add(one);
      return next;
    });
  const open = (): void => {
    onClose();
    const keys = choices.filter((one) => chosen.has(one)).map(({ member }) => dumps.open(`${dump.path}!${member}`));
    const [first] = keys;
    if (first !== undefined) places.show('overview', first);
    closeDump(dump.key);
  };
  return (
    <Dialog
      title={
        <>
          Dumps in <Hostile text={dump.name} />
        </>
      }
      testId="several-dumps"
      size="wide"
      action={{
        label: chosen.size === 0 ? 'Open' : `Open ${plural(chosen.size, 'dump')}`,
        run: open,
        disabled: chosen.size === 0,
        testId: 'several-open',
      }}
      onClose={onClose}
    >
      <p className="dim">
        The file is {holder} with {plural(choices.length, 'dump')}.
      </p>
      <ul className="gather-list">
        {choices.map((one) => (
          <li key={one.member}>
            <label className="gather-dump" title={one.member} data-testid="several-choice">
              <input type="checkbox" checked={chosen.has(one)} onChange={() => toggle(one)} />
              <span className="cut code">
                <Hostile text={one.name === undefined ? one.member : `${one.member} ${one.name}`} />
              </span>
              <span className="dim gather-facts">{one.title}</span>
              <span className="code gather-size">{byteText(one.bytes)}</span>
            </label>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
