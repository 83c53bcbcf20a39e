/** Flattened streams in the place of a dump or of the files of a set: each file of a set may be one of its own. */
import { DumpError, isDumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { flattenedSource, isFlattened, type FlattenedSource } from '../source/flattened-source.ts';
import type { DumpImage, OpenContext } from './dump-format.ts';

export const probeBytes = 4096;

export function headOf(source: ByteSource): Uint8Array {
  const head = new Uint8Array(Math.min(probeBytes, source.size));
  return head.subarray(0, source.readInto(0, head));
}

/** What is inside a flattened stream. No tool puts a stream into a stream, and each level would cost a step of the stack. */
export function* innerSource(outer: ByteSource): Steps<FlattenedSource> {
  const stream = yield* flattenedSource(outer);
  if (!isFlattened(headOf(stream))) return stream;
  throw new DumpError('unsupported', { file: outer.name, offset: 0 }, 'the flattened stream holds another flattened stream', 'a dump inside the stream');
}

export function streamFindings(stream: FlattenedSource): Finding[] {
  if (stream.damage === undefined) return [];
  return [
    {
      id: 'container-complete/flattened-stream',
      severity: 'error',
      title: stream.lost === undefined ? 'The flattened stream is damaged' : 'The flattened stream cannot be read',
      detail: `${stream.damage}; ${stream.lost === undefined ? 'what came before it is used' : 'what is known is used'}`,
      ...(stream.lost === undefined ? {} : { where: { fileOffset: stream.lost.offset, bytes: stream.lost.bytes } }),
    },
  ];
}

/** A stream whose header is broken is looked at as what it is. */
function* streamIn(source: ByteSource): Steps<FlattenedSource | undefined> {
  if (!isFlattened(headOf(source))) return undefined;
  try {
    return yield* innerSource(source);
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

export interface FlattenedParts {
  /** Gives what is inside the streams among the other files of a set. */
  readonly context: OpenContext;
  /** The image with the files of its set as they lie on disk, and with what is wrong with the streams among them. */
  readonly asStored: (image: DumpImage, first: ByteSource) => DumpImage;
}

export function flattenedParts(context: OpenContext): FlattenedParts {
  const streams: FlattenedSource[] = [];
  let others: readonly ByteSource[] | undefined;
  function* look(): Steps<void> {
    if (others !== undefined) return;
    const found: ByteSource[] = [];
    for (const outer of context.companions()) {
      const stream = yield* streamIn(outer);
      if (stream !== undefined) streams.push(stream);
      found.push(stream ?? outer);
    }
    others = found;
  }
  // A format that asks without a look gets the files as they lie on disk.
  const companions = (): readonly ByteSource[] => others ?? context.companions();
  return {
    context: { ...context, look, companions },
    asStored(image, first) {
      const { volumes, complete } = image.container;
      if (volumes === undefined) return image;
      const bytesOf = (path: string, bytes: number): number => (path === first.name ? first : streams.find(({ name }) => name === path)?.outer)?.size ?? bytes;
      const used = streams.filter(({ name }) => volumes.some(({ path }) => path === name));
      const findings = used.flatMap((stream) => streamFindings(stream).map((finding) => ({ ...finding, detail: `${stream.name}: ${finding.detail}` })));
      const cut = used.some((stream) => !stream.complete);
      return {
        ...image,
        container: {
          ...image.container,
          volumes: volumes.map((volume) => ({ ...volume, bytes: bytesOf(volume.path, volume.bytes) })),
          complete: cut ? fact(false, `${complete.source}; records of the flattened parts`) : complete,
        },
        findings: [...findings, ...image.findings],
      };
    },
  };
}
