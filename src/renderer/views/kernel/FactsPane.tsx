import type { ReactNode } from 'react';
import type { Trust } from '../../../shared/fact.ts';
import type { KernelFactsJson } from '../../../shared/task-model.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { trustText } from '../../words/trust.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';
import { MissingList } from './MissingList.tsx';

interface FactRow {
  readonly name: string;
  readonly value: ReactNode;
  readonly source: string;
  readonly trust: Trust;
}

const actionWords: Readonly<Record<string, string>> = {
  stop: 'stop: the CPUs halt',
  reipl: 'reipl: the system is re-IPLed',
  dump: 'dump: to the configured device',
  dump_reipl: 'dump_reipl: dump, then re-IPL',
  vmcmd: 'vmcmd: a command to z/VM',
};
const triggerWords: Readonly<Record<string, string>> = {
  on_panic: 'on panic',
  on_restart: 'on PSW restart',
  on_halt: 'on halt',
  on_poff: 'on power off',
  on_reboot: 'on reboot',
};

function rowsOf(facts: KernelFactsJson): readonly FactRow[] {
  const named = (name: string, fact: KernelFactsJson['release']): FactRow[] =>
    fact === undefined ? [] : [{ name, value: <Hostile text={fact.value} />, source: fact.source, trust: fact.trust }];
  const { taint, panicCpu } = facts;
  return [
    ...named('release', facts.release),
    ...named('version', facts.version),
    ...named('node name', facts.nodename),
    ...named('command line', facts.commandLine),
    ...named('hardware', facts.hardware),
    ...named('runs', facts.environment),
    ...(taint === undefined
      ? []
      : [
          {
            name: 'taint',
            source: taint.source,
            trust: taint.trust,
            value:
              taint.flags.length === 0 ? (
                'not tainted'
              ) : (
                <ul className="taint-flags">
                  {taint.flags.map(({ letter, meaning }) => (
                    <li key={meaning}>
                      <strong>{letter}</strong> {meaning}
                    </li>
                  ))}
                </ul>
              ),
          },
        ]),
    ...(panicCpu === undefined
      ? []
      : [{ name: 'panic_cpu', value: `CPU ${panicCpu.value}: it panicked or started kdump`, source: panicCpu.source, trust: panicCpu.trust }]),
    ...(facts.shutdownActions ?? []).map(({ trigger, action }) => ({
      name: triggerWords[trigger] ?? trigger,
      value: actionWords[action] ?? action,
      source: `${trigger}_trigger`,
      trust: 'unverifiable' as const,
    })),
    ...named('dump device', facts.dumpDevice),
    ...named('re-IPL device', facts.reiplDevice),
  ];
}

/** What the kernel records about itself, each fact with its source. There is a single source for each, so none is confirmed by another. */
export function FactsPane({ dump, facts }: { readonly dump: string; readonly facts: KernelFactsJson }) {
  return (
    <div className="kernel-detail">
      <dl className="kernel-facts" data-testid="kernel-facts">
        {rowsOf(facts).map(({ name, value, source, trust }) => (
          <div key={name}>
            <dt className="dim">{name}</dt>
            <dd>{value}</dd>
            <dd className="dim kernel-source" title={trustText(trust, visibleText(source))}>
              <TrustMark trust={trust} /> <PlaceText dump={dump} text={source} />
            </dd>
          </div>
        ))}
      </dl>
      <MissingList missing={facts.missing} />
    </div>
  );
}
