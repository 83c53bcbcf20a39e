/** Counts, digests and texts of a range in any address space. */
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { schemaVersion } from '../../../shared/model.ts';
import { mostRangeBytes, type RangeFactsJson } from '../../../shared/range-facts-model.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { hex } from '../../../shared/units.ts';
import { createPace } from '../../jobs/pace.ts';
import type { Session } from '../session/session.ts';
import { readMemory, type ReadRequest } from './read.ts';

const pieceBytes = 65536;
const shortestText = 4;
const longestText = 256;
const listedTexts = 100;

/** Finds runs of printable characters in bytes that come piece by piece. */
function textFinder() {
  const strings: { address: string; text: string }[] = [];
  let stringCount = 0;
  let start = 0n;
  let length = 0;
  let text = '';
  const end = (): void => {
    if (length >= shortestText) {
      stringCount += 1;
      if (strings.length < listedTexts) strings.push({ address: hex(start), text });
    }
    length = 0;
    text = '';
  };
  return {
    take(address: bigint, value: number): void {
      if (value < 0x20 || value > 0x7e) {
        end();
        return;
      }
      if (length === 0) start = address;
      length += 1;
      if (text.length < longestText && strings.length < listedTexts) text += String.fromCharCode(value);
    },
    end,
    found: () => ({ strings, stringCount }),
  };
}

/** Shannon's, in bits a byte. */
export function entropyOf(counts: Float64Array, total: number): number {
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
}

/** @throws DumpError unsupported when the range is too long; what `readMemory` throws. @throws Cancelled */
export async function rangeFacts(session: Session, request: ReadRequest, signal: AbortSignal): Promise<RangeFactsJson> {
  if (request.length > mostRangeBytes) throw new DumpError('unsupported', {}, `at most ${mostRangeBytes} bytes are looked through`, 'a shorter range');
  const pace = createPace(signal);
  const sha256 = createHash('sha256');
  const counts = new Float64Array(256);
  const texts = textFinder();
  let crc32 = 0;
  let sum = 0;
  let present = 0;
  for (let at = 0; at < request.length; at += pieceBytes) {
    await pace.breathe(() => undefined);
    const address = request.address + BigInt(at);
    const { data, absent } = readMemory(session, { ...request, address, length: Math.min(pieceBytes, request.length - at) });
    const gone = new Uint8Array(data.length);
    for (const { start, end } of absent) gone.fill(1, Number(BigInt(start) - address), Number(BigInt(end) - address));
    sha256.update(data);
    crc32 = zlib.crc32(data, crc32);
    data.forEach((value, index) => {
      if (gone[index] === 1) {
        texts.end();
        return;
      }
      present += 1;
      counts[value] = (counts[value] ?? 0) + 1;
      sum = (sum + value) >>> 0;
      texts.take(address + BigInt(index), value);
    });
  }
  texts.end();
  const isWhole = present === request.length;
  return {
    schema: schemaVersion,
    bytes: request.length,
    present,
    zeros: counts[0] ?? 0,
    ...(present === 0 ? {} : { entropy: entropyOf(counts, present) }),
    ...(isWhole ? { sha256: sha256.digest('hex'), crc32: hex(BigInt(crc32)), sum: hex(BigInt(sum)) } : {}),
    ...texts.found(),
  };
}
