/** A structure laid over the bytes: choosing a field selects its bytes, the cursor marks its field. */
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText, type Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { defined } from '../../../shared/defined.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { KernelTypeSearch } from './KernelTypeSearch.tsx';
import type { Overlay } from './overlay.ts';

interface ViewAsProps {
  readonly dump: OpenDump;
  readonly position: Position;
  readonly overlay: Overlay | undefined;
  readonly onOverlay: (overlay: Overlay | undefined) => void;
  readonly onSelect: (position: Position) => void;
}

function FieldTable({ dump, position, overlay, onSelect }: Omit<ViewAsProps, 'onOverlay' | 'overlay'> & { readonly overlay: Overlay }) {
  const { engine } = useWorkbench();
  const { layout, at, isKernelType } = overlay;
  const owner = defined({ cpu: at.cpu });
  const query = useQuery(dump, `${layout}/${isKernelType === true ? 'kernel' : ''}/${positionText(at)}`, (handle, signal) => {
    const place = { dump: handle, space: at.space, address: at.address, ...owner };
    return isKernelType === true ? engine.call('viewAsType', { ...place, type: layout }, { signal }) : engine.call('viewAs', { ...place, layout }, { signal });
  });
  const view = query.value;
  if (view === undefined) return <QueryMessage query={query} what={`the fields of ${layout}`} />;
  const inside = position.space === at.space && position.cpu === at.cpu ? position.address - at.address : -1n;
  return (
    <div className="fields" role="group" aria-label={`Fields of ${view.name}`}>
      {view.fields.map((field) => {
        const here = inside >= BigInt(field.offset) && inside < BigInt(field.offset + field.size);
        return (
          <button
            key={`${field.offset} ${field.name}`}
            type="button"
            className={here ? 'field here' : 'field'}
            aria-current={here ? 'true' : undefined}
            title={field.doc}
            onClick={() => onSelect({ ...at, address: at.address + BigInt(field.offset), length: Math.max(1, field.size) })}
          >
            <span className="code dim">+{field.offset.toString(16).padStart(3, '0')}</span>
            <span className="cut">
              <Hostile text={field.name} />
            </span>
            <span className="code field-value">
              {field.value === undefined ? <span className="dim">not in the dump</span> : <Hostile text={String(field.value)} />}
              {field.text === undefined ? null : (
                <span className="dim">
                  {' '}
                  <Hostile text={field.text} />
                </span>
              )}
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** Stands in the list for the type of the kernel that was searched for; no declared structure has such a name. */
const kernelChoice = ' kernel type';

export function ViewAs({ dump, position, overlay, onOverlay, onSelect }: ViewAsProps) {
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
            <optgroup label="Type of the kernel">
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
            lay it here
          </button>
        )}
      </div>
      <KernelTypeSearch dump={dump} onChoose={(layout) => onOverlay({ layout, isKernelType: true, at: { ...position, length: 1 } })} />
      {overlay === undefined ? null : (
        <>
          <p className="dim code">at {positionText(overlay.at)}</p>
          <FieldTable key={`${overlay.layout} ${positionText(overlay.at)}`} dump={dump} position={position} overlay={overlay} onSelect={onSelect} />
        </>
      )}
    </section>
  );
}
