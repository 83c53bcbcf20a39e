/** Files next to the dump that supplement it: they are offered, and none is used before the user attaches it. */
import { useId } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

export function BesideDump({ dump }: { readonly dump: OpenDump }) {
  const { engine, dumpJobs } = useWorkbench();
  const title = useId();
  const { value } = useQuery(dump, 'beside', (handle, signal) => engine.call('beside', { dump: handle }, { signal }));
  const attached = new Set(Object.values(dump.attachments));
  const files = (value?.files ?? []).filter(({ path }) => !attached.has(path));
  if (files.length === 0) return null;
  return (
    <section className="beside" aria-labelledby={title} data-testid="beside">
      <h2 className="caption" id={title}>
        Next to this dump
      </h2>
      <p className="dim">None of these files is used until you attach it.</p>
      <ul>
        {files.map(({ file, path, what, attach }) => (
          <li key={path}>
            <button type="button" className="button" aria-label={`Attach ${file}`} onClick={() => dumpJobs.attachFiles(dump.key, { [attach]: path })}>
              Attach
            </button>
            <span className="beside-name">
              <Hostile text={file} />
            </span>
            <span className="dim">
              <Hostile text={what} />
            </span>
          </li>
        ))}
      </ul>
      {value?.partly === undefined ? null : <p className="dim">{value.partly}</p>}
    </section>
  );
}
