/** The bytes of a source as a stream, for what is unpacked or digested as it comes. */
import { Readable } from 'node:stream';
import { DumpError } from '../../shared/dump-error.ts';
import { faultError, type ByteSource, type FileFault } from './byte-source.ts';

const stepBytes = 1 << 20;

/**
 * The bytes of an open file as a stream, whatever its name leads to by now. Fails with DumpError io where the disk does not give all.
 * @param onFault instead: the stream ends before what cannot be read
 * @param from where to begin, `end` where to stop
 */
export function sourceStream(source: ByteSource, onFault?: (fault: FileFault) => void, from = 0, end = source.size): Readable {
  return Readable.from(
    (function* () {
      for (let at = from; at < end;) {
        const step = new Uint8Array(Math.min(stepBytes, end - at));
        const got = source.readInto(at, step);
        if (got === 0) {
          const fault = source.faultAt?.(at);
          if (fault !== undefined && onFault !== undefined) {
            onFault(fault);
            return;
          }
          throw fault === undefined ? new DumpError('io', { file: source.name, offset: at }, 'the file ends there', `${end} bytes`) : faultError(fault);
        }
        yield step.subarray(0, got);
        at += got;
      }
    })(),
    { objectMode: false },
  );
}

/** How much is read before others have a turn. */
const turnBytes = 16 << 20;

/** The bytes of a source for whoever wants only some of them: `seek` passes over those that come next. */
export function seekablePieces(
  source: ByteSource,
  onFault?: (fault: FileFault) => void,
): { readonly pieces: AsyncGenerator<Uint8Array, undefined>; readonly seek: (bytes: number) => number } {
  let at = 0;
  return {
    pieces: (async function* (): AsyncGenerator<Uint8Array, undefined> {
      for (let turn = turnBytes; at < source.size;) {
        const from = at;
        const step = new Uint8Array(Math.min(stepBytes, source.size - from));
        const got = source.readInto(from, step);
        if (got === 0) {
          const fault = source.faultAt?.(from);
          if (fault === undefined) throw new DumpError('io', { file: source.name, offset: from }, 'the file ends there', `${source.size} bytes`);
          if (onFault === undefined) throw faultError(fault);
          onFault(fault);
          return undefined;
        }
        at += got;
        turn -= got;
        if (turn <= 0) {
          turn = turnBytes;
          await new Promise((resolve) => setImmediate(resolve));
        }
        yield step.subarray(0, got);
      }
      return undefined;
    })(),
    seek(bytes) {
      const passed = Math.min(bytes, source.size - at);
      at += passed;
      return passed;
    },
  };
}
