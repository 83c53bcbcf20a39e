/** Finds the byte at a position in another address space. */
import { defined } from '../../shared/defined.ts';
import type { AddressSpace } from '../../shared/model.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import { firstPosition, handleOf, type OpenDump } from './open-dump.ts';
import { positionText, type Position } from './position.ts';

interface SameByte {
  readonly found: Position;
  /** What the user has to know about the place: that it is a different one. */
  readonly remark: string | undefined;
}

/** The same byte if the dump says which address it has there; otherwise the same number, with the reason. File offsets have no address. */
export async function sameByte(engine: Pick<EngineLink, 'call'>, dump: OpenDump, from: Position, space: AddressSpace): Promise<SameByte> {
  const cpu = space === 'real' || space === 'virtual' ? { cpu: from.cpu ?? 0 } : {};
  const at = (address: bigint): Position => ({ space, address, length: from.length, ...cpu });
  const handle = handleOf(dump);
  if (space === from.space) return { found: from, remark: undefined };
  if (space === 'file') return { found: { space, address: 0n, length: 1 }, remark: undefined };
  if (from.space === 'file') return { found: { ...firstPosition(dump), space, ...cpu }, remark: undefined };
  if (handle === undefined) return { found: at(from.address), remark: undefined };
  if (from.space === 'virtual') {
    const { absolute, real, failure } = await engine.call('translate', { dump: handle, address: from.address, ...defined({ cpu: from.cpu ?? cpu.cpu }) });
    const there = space === 'real' ? (real ?? absolute) : absolute;
    if (there !== undefined) return { found: at(BigInt(there)), remark: undefined };
    return { found: at(from.address), remark: `Not mapped${failure === undefined ? '' : ` (${failure})`}: the same number` };
  }
  // Real and absolute memory have the same numbers except for the prefix areas: that difference is what the user wants to see.
  if (space !== 'virtual') return { found: at(from.address), remark: undefined };
  const owner = from.space === 'real' ? { cpu: from.cpu ?? 0 } : {};
  const { mapped } = await engine.call('address', { dump: handle, place: { space: from.space, address: from.address, ...owner }, quick: true });
  if (mapped !== undefined) return { found: at(BigInt(mapped)), remark: undefined };
  return { found: at(from.address), remark: `It is not known where the kernel maps ${positionText(from)}: the same number` };
}
