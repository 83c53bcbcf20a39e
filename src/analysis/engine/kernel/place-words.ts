/** `namePlaces` and `completeTask`: what is next to addresses, and tasks as they are typed. Nothing is searched for. */
import type { AddressFact } from '../../../shared/address-model.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { defined } from '../../../shared/defined.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { Params, Result } from '../../../shared/rpc.ts';
import { placeNameKinds } from '../../../shared/symbol-list-model.ts';
import { hex } from '../../../shared/units.ts';
import type { Session } from '../session/session.ts';
import { describeAddress } from './address.ts';
import { knownTasks } from './known-tasks.ts';

/** @throws Cancelled */
export async function namePlaces(
  session: Session,
  places: Params<EngineProtocol, 'namePlaces'>['places'],
  signal: AbortSignal,
): Promise<Result<EngineProtocol, 'namePlaces'>> {
  const names: Result<EngineProtocol, 'namePlaces'>['names'] = [];
  for (const [at, place] of places.entries()) {
    const facts = await describeAddress(session, { place, quick: true }, signal).then(
      (answer) => answer.facts,
      (error: unknown): readonly AddressFact[] => {
        // A real address of a CPU whose prefix is not known.
        if (error instanceof DumpError) return [];
        throw error;
      },
    );
    const isNamed = (fact: AddressFact, kind: AddressFact['kind']): boolean => fact.kind === kind && !(fact.kind === 'memory' && fact.state === 'missing');
    const kind = placeNameKinds.find((one) => facts.some((fact) => isNamed(fact, one)));
    const fact = facts.find((one) => one.kind === kind);
    if (kind !== undefined && fact !== undefined) names.push({ at, kind, text: fact.text });
  }
  return { names };
}

/** @throws Cancelled */
export async function completeTask(
  session: Session,
  { text, most }: Omit<Params<EngineProtocol, 'completeTask'>, 'dump' | 'view'>,
  signal: AbortSignal,
): Promise<Result<EngineProtocol, 'completeTask'>> {
  const { list } = await knownTasks(session, signal);
  const tasks: { address: string; pid?: number; comm: string }[] = [];
  const lower = text.toLowerCase();
  const pid = /^\d+$/.test(text) ? Number(text) : undefined;
  for (const task of list.tasks) {
    const fits = pid === undefined ? task.comm.toLowerCase().includes(lower) : task.pid === pid;
    if (fits) tasks.push({ address: hex(task.address), comm: task.comm, ...defined({ pid: task.pid }) });
    if (tasks.length === most) break;
  }
  return { tasks };
}
