/** `translate`: the walk of one virtual address, as the doors show it. */
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { TranslateJson } from '../../../shared/memory-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { addressSpace, type SpaceRequest } from './address-space.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export interface TranslateRequest extends SpaceRequest {
  readonly address: bigint;
}

/** @throws DumpError unsupported on architectures without a walk, absent when no tables are known */
export function translateAddress(session: Session, request: TranslateRequest): TranslateJson {
  const space = addressSpace(session, request);
  const { root } = space;
  const found = space.walk(request.address);
  return {
    schema: schemaVersion,
    space: 'virtual',
    address: hex(request.address),
    ...(request.cpu === undefined ? {} : { cpu: request.cpu, numbering: cpuNumbering(machineCpus(session).cpus) }),
    asce: { value: hex(root.value), source: root.source, decoded: root.decoded },
    steps: [...found.steps],
    ...(found.real === undefined ? {} : { real: hex(found.real) }),
    ...(found.absolute === undefined ? {} : { absolute: hex(found.absolute) }),
    ...(found.protection === undefined ? {} : { protection: [...found.protection] }),
    ...defined({ failure: found.failure }),
  };
}
