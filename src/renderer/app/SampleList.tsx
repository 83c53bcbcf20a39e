/** The sample dumps that come with the program, each with a description. */
import { useEffect, useState } from 'react';
import type { Sample } from '../../shared/shell-protocol.ts';
import { fileName } from '../state/open-dump.ts';
import { Icon } from '../widgets/Icon.tsx';
import { useWorkbench } from '../workbench.ts';

export function SampleList() {
  const { shell, openPaths, openSamples, tell } = useWorkbench();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    shell.call('samples', {}).then((answer) => setSamples(answer.samples), tell);
  }, [shell, tell]);
  return (
    <>
      <ul className="first-run-samples">
        {samples.map(({ path, about }) => (
          <li key={path}>
            <button type="button" className="first-run-sample" onClick={() => void openPaths([path])}>
              <Icon name="beaker" />
              <span className="first-run-sample-name">{fileName(path)}</span>
              <span className="dim">{about}</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="link" onClick={openSamples} data-testid="samples-button">
        Open them all, to compare
      </button>
    </>
  );
}
