/** Chooses the structure applied to the bytes; its members are shown below them. */
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { KernelTypeSearch } from './KernelTypeSearch.tsx';
import type { Laid } from '../../state/laid.ts';

interface ViewAsProps {
  readonly dump: OpenDump;
  readonly position: Position;
  readonly overlay: Laid | undefined;
  readonly onOverlay: (overlay: Laid | undefined) => void;
}

/** Represents the kernel type found by search; no declared structure has such a name. */
const kernelChoice = ' kernel type';

export function ViewAs({ dump, position, overlay, onOverlay }: ViewAsProps) {
  const { engine } = useWorkbench();
  const layouts = useQuery(dump, 'layouts', (handle, signal) => engine.call('layouts', { dump: handle }, { signal })).value?.layouts ?? [];
  const groups = [...new Set(layouts.map(({ group }) => group))];
  return (
    <section className="view-as" data-testid="view-as">
      <h3 className="caption">
        <label htmlFor={`view-as-${dump.key}`}>View as</label>
      </h3>
      <div className="view-as-choice">
        <select
          id={`view-as-${dump.key}`}
          className="select"
          value={overlay?.isKernelType === true ? kernelChoice : (overlay?.layout ?? '')}
          onChange={(event) => {
            const layout = event.currentTarget.value;
            if (layout === kernelChoice) return;
            onOverlay(layout === '' ? undefined : { layout, at: { ...position, length: 1 } });
          }}
        >
          <option value="">plain bytes</option>
          {overlay?.isKernelType === true ? (
            <optgroup label="Kernel type">
              <option value={kernelChoice}>{visibleText(overlay.layout)}</option>
            </optgroup>
          ) : null}
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {layouts
                .filter((one) => one.group === group)
                .map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        {overlay === undefined ? null : (
          <button type="button" className="link" onClick={() => onOverlay({ ...overlay, at: { ...position, length: 1 } })}>
            apply here
          </button>
        )}
      </div>
      <KernelTypeSearch dump={dump} onChoose={(layout) => onOverlay({ layout, isKernelType: true, at: { ...position, length: 1 } })} />
    </section>
  );
}
