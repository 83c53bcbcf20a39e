/** In the inspector: the lowcore field at the cursor. Sends no query while the cursor is outside all lowcores. */
import { cpuName, cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { offsetText } from './LowcoreTable.tsx';
import { cursorIn, lowcoreRows, meaningOf, rowAt } from './lowcore-rows.ts';

export function LowcoreHere({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine, places, shownCpu } = useWorkbench();
  const cpus = dump.triage?.info.machine.features?.includes('lowcore') === true ? dump.triage.cpus : [];
  const numbering = cpuNumbering(cpus);
  const found = cursorIn(
    position,
    cpus.flatMap((cpu) => (cpu.prefix === undefined ? [] : [{ cpu, prefix: cpu.prefix, number: cpuNumber(cpu, numbering) }])),
  );
  const wanted = found?.place.number;
  const query = useQuery(dump, wanted === undefined ? undefined : `lowcore/${wanted}`, async (handle, signal) => {
    const answer = await engine.call('lowcore', { dump: handle, ...defined({ cpu: wanted }) }, { signal });
    return { number: wanted, rows: lowcoreRows(answer.cpus) };
  });
  if (found === undefined) return null;
  const { cpu, number } = found.place;
  const row = query.value?.number === number ? rowAt(query.value.rows, 0, found.offset) : undefined;
  const field = row?.cells[0];
  const meaning = field === undefined ? undefined : meaningOf(field);
  return (
    <section data-testid="lowcore-here">
      <h3 className="caption">Lowcore field</h3>
      <p>
        <button
          type="button"
          className="link"
          title="Show it in the lowcore view"
          onClick={() => {
            shownCpu.update((old) => ({ ...old, [dump.key]: cpu.id }));
            places.show('lowcore', dump.key);
          }}
        >
          {cpuName(cpu, numbering)}, offset {offsetText(found.offset)}
        </button>
      </p>
      {row === undefined ? (
        <p className="dim">{query.asking ? 'Reading…' : 'no field of its layout'}</p>
      ) : (
        <>
          <p className="code">{row.name}</p>
          <p className="dim">{row.doc}</p>
          {meaning === undefined ? null : (
            <p>
              <Hostile text={meaning} />
            </p>
          )}
        </>
      )}
    </section>
  );
}
