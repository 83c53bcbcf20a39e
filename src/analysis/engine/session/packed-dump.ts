/** What the packed file adds to what is known of the dump in it: whether it was all unpacked. */
import { fact } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/model.ts';
import { byteText } from '../../../shared/units.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import type { PackedMember, Packing } from '../../source/packing.ts';
import type { UnpackEnd } from '../../source/unpack-end.ts';
import type { UnpackedCopy } from './unpacked-file.ts';

export interface PackedFile {
  readonly packing?: Packing;
  /** As messages name it, where that is not the file's own name: with the member of an archive. */
  readonly name?: string;
  /** The packed file. */
  readonly file?: ByteSource;
  readonly unpacked?: (UnpackedCopy & { readonly source: ByteSource }) | undefined;
  /** The other files of its set that are packed too. */
  readonly packedParts?: readonly PackedPart[];
}

export interface PackedPart {
  readonly packing: Packing;
  readonly name: string;
  readonly file: ByteSource;
  readonly unpacked: UnpackedCopy & { readonly source: ByteSource };
}

/** Whether the rest is missing or was never a part of the data cannot be determined from the outside. */
function endFinding({ packing, file, unpacked }: PackedFile): Finding | undefined {
  if (unpacked === undefined || packing === undefined || file === undefined || unpacked.end.kind === 'whole') return undefined;
  const { end, source } = unpacked;
  if (packing.member !== undefined) return memberFinding(packing.member, file, end, source.size);
  const wrapper = packing.name;
  const at = `byte 0x${end.at.toString(16)}`;
  const name = packing.unit;
  if (end.kind === 'cut')
    return {
      id: 'container-complete/packed-file-cut',
      severity: 'error',
      title: 'The packed file ends too early',
      detail: `its ${byteText(file.size)} end within the ${wrapper} ${name} that begins at ${at}; the ${byteText(source.size)} before the cut are unpacked, and what came after them is missing`,
    };
  if (end.kind === 'damaged')
    return {
      id: 'container-complete/packed-file-damaged',
      severity: 'error',
      title: 'The packed file is damaged',
      detail: end.contents
        ? `its ${wrapper} ${name} that begins at ${at} does not unpack to what it was made from (${end.what}): some of its contents are wrong, and which is not known. All ${byteText(source.size)} are unpacked`
        : end.ofIndex === true
          ? `its ${wrapper} index at ${at} does not match what comes before it (${end.what}): the ${byteText(source.size)} before it are unpacked, and whether they are all cannot be determined`
          : `its ${wrapper} ${name} that begins at ${at} cannot be unpacked to its end (${end.what}); the ${byteText(source.size)} before the damage are unpacked, and what came after them is missing`,
      where: { fileOffset: end.at, bytes: file.size - end.at },
    };
  if (end.kind === 'unread')
    return {
      id: 'container-complete/packed-file-unread',
      severity: 'error',
      title: 'The packed file cannot be read to its end',
      detail: `${end.why} at ${at} of its ${byteText(file.size)}; the ${byteText(source.size)} before it are unpacked, and what comes after them cannot be unpacked without it`,
      where: { fileOffset: end.at, bytes: file.size - end.at },
    };
  return {
    id: 'container-complete/packed-file-rest',
    severity: 'warning',
    title: `The packed file continues after its ${wrapper} data`,
    detail: `the ${byteText(end.bytes)} starting at ${at} are not ${wrapper} data and are not used; the ${byteText(source.size)} before them are unpacked. Bytes that were appended do no harm; where a further ${name} was damaged, the rest of the dump is missing`,
  };
}

/** The same of a member of an archive: which layer ends or is damaged, and where in that. */
function memberFinding({ name, archive }: PackedMember, file: ByteSource, end: UnpackEnd, bytes: number): Finding | undefined {
  if (end.kind === 'whole' || end.kind === 'followed') return undefined;
  const layer = end.kind === 'unread' ? undefined : end.layer;
  const isOfFile = layer?.isFile !== false;
  const place = `byte 0x${end.at.toString(16)} of ${isOfFile ? 'the archive' : layer.name === archive ? `the ${archive} data in it` : 'the member'}`;
  const where = isOfFile ? { where: { fileOffset: end.at, bytes: Math.max(0, file.size - end.at) } } : {};
  const before = `the ${byteText(bytes)} of ${name} before that are unpacked, and what came after them is missing`;
  const data = layer === undefined ? 'its data' : `its ${layer.name} data`;
  if (end.kind === 'cut')
    return {
      id: 'container-complete/packed-file-cut',
      severity: 'error',
      title: 'The archive ends within the dump',
      detail: `${data} end within what begins at ${place}; ${before}`,
    };
  if (end.kind === 'unread')
    return {
      id: 'container-complete/packed-file-unread',
      severity: 'error',
      title: 'The archive cannot be read to the end of the dump',
      detail: `${end.why} at ${place}; ${before}`,
      ...where,
    };
  return {
    id: 'container-complete/packed-file-damaged',
    severity: 'error',
    title: 'The dump is damaged in its archive',
    detail: end.contents
      ? `${data} that begin at ${place} do not unpack to what they were made from (${end.what}): some of the contents are wrong, and which is not known. All ${byteText(bytes)} of ${name} are unpacked`
      : `${data} that begin at ${place} cannot be unpacked to their end (${end.what}); ${before}`,
    ...where,
  };
}

/** The image with what its packed file says of it. */
export function asUnpacked(image: DumpImage, packed: PackedFile): DumpImage {
  const { packedParts = [], ...first } = packed;
  const volumes = image.container.volumes?.map((volume) => {
    const part = [first, ...packedParts].find(({ file, name = file?.name }) => name === volume.path);
    // Of members of an archive the bytes on disk are those of all together.
    return part?.unpacked === undefined || part.file === undefined || part.packing?.member !== undefined ? volume : { ...volume, bytes: part.file.size };
  });
  const used = packedParts.filter(({ name }) => volumes?.some(({ path }) => path === name) === true);
  const stored = volumes === undefined ? image : { ...image, container: { ...image.container, volumes } };
  const parts: readonly PackedFile[] = used;
  return [first, ...parts].reduce((made, one) => withEnd(made, one, volumes !== undefined), stored);
}

/** @param isPart whether it is one file of several */
function withEnd(image: DumpImage, packed: PackedFile, isPart: boolean): DumpImage {
  const found = endFinding(packed);
  if (found === undefined) return image;
  const finding = isPart ? { ...found, detail: `${packed.name ?? packed.file?.name ?? ''}: ${found.detail}` } : found;
  const { complete } = image.container;
  const kind = packed.unpacked?.end.kind;
  const source = kind === 'cut' || kind === 'unread' ? 'the end of the packed file' : kind === 'damaged' ? 'the data of the packed file' : undefined;
  return {
    ...image,
    container: { ...image.container, complete: source === undefined ? complete : fact(false, `${complete.source}; ${source}`) },
    findings: [finding, ...image.findings],
  };
}
