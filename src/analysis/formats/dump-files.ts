/** Opens the files of a dump, also a second time: page workers have descriptors of their own. */
import { append } from '../../shared/append.ts';
import { memberPath } from '../../files/member-path.ts';
import { companionFiles, noteOpened, openFile, type FileSource, type FileSourceOptions } from '../source/file-source.ts';
import type { ByteSource, FileFault, OpenedFile, UnknownRest } from '../source/byte-source.ts';
import { shortenedSource } from '../source/shortened-source.ts';
import type { GivenMachine, OpenContext } from './dump-format.ts';

/** Where the files of a dump lie. */
export interface DumpLocation extends GivenMachine {
  readonly path: string;
  /** What of it, where it is a disk with several dumps. */
  readonly member?: string;
  /** The other files of a set where they are known (FILE, or FILE!MEMBER of a disk); without them, those in the same folder are looked at. */
  readonly volumes?: readonly string[];
  /** What messages call the file, where it is a copy of what the user named. */
  readonly name?: string;
  /** The same of the other files, by their paths. */
  readonly volumeNames?: Readonly<Record<string, string>>;
  /** Of files that are copies of what a packed file gave: what followed it there, by their paths. */
  readonly rests?: Readonly<Record<string, UnknownRest>>;
}

export interface DumpFiles {
  readonly source: ByteSource;
  readonly context: OpenContext;
  /** Those of the files that were looked at and are a part of the dump, by their paths: nothing is written over them any more. */
  readonly noteParts: (paths: readonly string[]) => void;
  /** What could not be read so far of the dump's own files: the first one, and those of the parts, by their paths. */
  readonly faults: (parts: readonly string[]) => readonly FileFault[];
  /** The dump's own files as they were when they were opened. */
  readonly states: (parts: readonly string[]) => readonly OpenedFile[];
  /** The same files. @throws DumpError io when one of them changed since it was opened */
  readonly assertUnchanged: (parts: readonly string[]) => void;
  readonly close: () => void;
}

/** @throws DumpError io */
export function openDumpFiles({ path, member, volumes, name, volumeNames = {}, rests = {}, ...given }: DumpLocation): DumpFiles {
  const opened: FileSource[] = [];
  const open = (file: string, options?: FileSourceOptions): FileSource => {
    const plain = shortenedSource(openFile(file, options), rests[file]);
    const shown = volumeNames[file];
    const source = shown === undefined ? plain : { ...plain, name: shown };
    opened.push(source);
    return source;
  };
  const close = (): void => {
    for (const source of opened) source.close();
  };
  const members = new Map<string, string>();
  if (member !== undefined) members.set(name ?? path, member);
  const first = open(path);
  const openVolume = (volume: string): FileSource => {
    const one = memberPath(volume);
    const source = open(one.file);
    if (one.member !== undefined) members.set(source.name, one.member);
    return source;
  };
  let others: readonly ByteSource[] | undefined;
  const companions = (): readonly ByteSource[] => {
    if (others !== undefined) return others;
    if (volumes !== undefined) return (others = volumes.map(openVolume));
    const found = companionFiles(path);
    append(opened, found);
    return (others = found);
  };
  const noteParts = (paths: readonly string[]): void => {
    for (const { name: part, file } of opened) if (paths.includes(part)) noteOpened(file);
  };
  const ofDump = (parts: readonly string[]): readonly FileSource[] => opened.filter((file) => file === first || parts.includes(file.name));
  return {
    source: name === undefined ? first : { ...first, name },
    context: { ...given, companions, members, named: volumes !== undefined },
    noteParts,
    faults: (parts) => ofDump(parts).flatMap((file) => file.faults()),
    states: (parts) => ofDump(parts).map(({ file }) => file),
    assertUnchanged(parts) {
      for (const file of ofDump(parts)) file.assertUnchanged();
    },
    close,
  };
}
