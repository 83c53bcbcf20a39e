/** Where the damage is: lanes for file, memory, structures and CPUs, and a list with links to the bytes. */
import type { DamageEntry } from '../../../shared/check-model.ts';
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { memoryEnd, type OpenDump } from '../../state/open-dump.ts';
import { placePosition, placeText } from '../../words/place.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceLink } from '../../widgets/PlaceLink.tsx';
import { damageLanes } from '../../../shared/damage-lanes.ts';
import './damage-map.css';

/** The report has the rest. */
const maxListed = 50;
const tone = ({ severity }: DamageEntry): string => (severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'plain');

export function DamageMap({ dump }: { readonly dump: OpenDump }) {
  const { places } = useWorkbench();
  const { damage } = dump;
  if (damage.length === 0) return null;
  const cpus = dump.triage?.cpus ?? [];
  const numbering = cpuNumbering(cpus);
  const fileBytes = dump.triage?.info.file.bytes ?? 0;
  const lanes = damageLanes({ damage, fileBytes, memoryEnd: memoryEnd(dump), regions: dump.regions ?? [], cpus });
  const names = (entry: DamageEntry): string =>
    [...entry.structures, ...cpus.filter(({ id }) => entry.cpus.includes(id)).map((cpu) => cpuName(cpu, numbering))].join(', ');
  return (
    <section className="damage-map" aria-label="Damage map" data-testid="damage-map">
      <h3 className="caption">Damage map: {plural(damage.length, 'place')}</h3>
      <div className="damage-lanes">
        {lanes.map((lane) => (
          <div key={lane.id} className="damage-lane" data-testid="damage-lane">
            <span className="cut" title={lane.label}>
              <Hostile text={lane.label} />
            </span>
            <span className="code dim lane-end">{lane.from}</span>
            <span className="lane-track">
              {lane.marks.map(({ entry, at, share }, index) => (
                <button
                  key={index}
                  type="button"
                  className={`lane-mark tone-${tone(entry)}`}
                  style={{ left: `${at * 100}%`, width: `max(3px, ${share * 100}%)` }}
                  title={`${placeText(entry.where)}: ${entry.title}`}
                  aria-label={`Show ${placeText(entry.where)} in hex`}
                  tabIndex={-1}
                  onClick={() => places.goTo(dump.key, placePosition(entry.where))}
                />
              ))}
            </span>
            <span className="code dim">{lane.to}</span>
          </div>
        ))}
      </div>
      <ul className="damage-list selectable">
        {damage.slice(0, maxListed).map((entry, index) => (
          <li key={index}>
            <span className={`tone-${tone(entry)}`}>{entry.severity}</span>
            <PlaceLink dump={dump.key} place={entry.where} />
            <span>
              <Hostile text={entry.title} /> <span className="dim">{names(entry) === '' ? null : <Hostile text={`in ${names(entry)}`} />}</span>
            </span>
          </li>
        ))}
      </ul>
      {damage.length > maxListed ? <p className="dim">and {damage.length - maxListed} more (see the report)</p> : null}
    </section>
  );
}
