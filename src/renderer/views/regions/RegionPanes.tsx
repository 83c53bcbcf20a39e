/** Below the strip: regions by name, their contents, duplicates. One at a time. */
import { useState } from 'react';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Span } from '../../../shared/strip-layout.ts';
import { Duplicates } from './Duplicates.tsx';
import { RegionClasses } from './RegionClasses.tsx';
import { RegionTable } from './RegionTable.tsx';

const panes = [
  { id: 'regions', title: 'Regions' },
  { id: 'classes', title: 'Pages by region' },
  { id: 'duplicates', title: 'Duplicates' },
] as const;

export function RegionPanes({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const [shown, setShown] = useState<(typeof panes)[number]['id']>('regions');
  return (
    <div className="region-panes">
      <div className="region-tabs" role="group" aria-label="Shown below the strip">
        {panes.map(({ id, title }) => (
          <button key={id} type="button" className="button" aria-pressed={id === shown} onClick={() => setShown(id)} data-testid={`tab-${id}`}>
            {title}
          </button>
        ))}
      </div>
      {shown === 'regions' ? <RegionTable dump={dump} onShow={onShow} /> : null}
      {shown === 'classes' ? <RegionClasses dump={dump} onShow={onShow} /> : null}
      {shown === 'duplicates' ? <Duplicates dump={dump} /> : null}
    </div>
  );
}
