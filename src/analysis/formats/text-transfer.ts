/**
 * What a transfer in text mode leaves of a dump: line ends that were changed, the high bit cut off, or bytes that were taken for characters. Such a
 * file still begins like a dump where its magic survives, and nothing in it is in its place. Statements are made of what only chance in 1 of 10^16
 * would give: a dump that is merely cut must never be taken for one.
 */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';

export type TextDamage = 'line ends' | 'carriage returns' | 'high bits' | 'characters';

const windowBytes = 1 << 18;
const windows = 16;
/** So many line feeds by chance all follow a carriage return in 1 of 256^64 files. A text of DOS in memory has them too, so some have to be in no text. */
const fewestLineFeeds = 64;
/** Pairs after a control character, where no text has them: 8 by chance in 1 of 256^8, some 10^19, files. */
const fewestBinaryPairs = 8;
/**
 * Of pairs that differ from CR LF in one byte each comes so often, where that one never does: of 40 that are expected by chance none comes in 1 of e^40, some
 * 10^17, files. In memory, which is not chance, cut real dumps without CR LF had 6 at most.
 */
const fewestNeighbours = 40;
const fewestCharacters = 256;
/** 0xff, the most frequent byte with its high bit set, leaves DEL, which neither text nor small numbers have. */
const fewestDeletes = 16;
/** U+0080 to U+009F, which text in UTF-8 does not have. */
const fewestC1Values = 24;
/** Binary data have control characters, of all kinds: a dump of nothing but text is not judged. */
const fewestControls = 1024;
const fewestValues = 100;

/** Counts over samples of a file. */
class Counts {
  readonly values = new Uint32Array(256);
  /** How often a byte follows another, as far as that is asked: the pairs around CR LF. */
  readonly pairs = new Map<number, number>([0x0d0a, 0x0d09, 0x0d0b, 0x0c0a, 0x0e0a].map((pair) => [pair, 0]));
  /** Code points of UTF-8 sequences, up to 0xff; those of the replacement character; bytes from 0x80 on that belong to no sequence. */
  readonly latin = new Uint32Array(256);
  /** CR LF after a control character or a zero. */
  binaryPairs = 0;
  sequences = 0;
  replacements = 0;
  noCharacter = 0;

  get controls(): number {
    return this.values.subarray(1, 0x20).reduce((all, one) => all + one, 0) - this.of(0x09) - this.of(0x0a) - this.of(0x0d);
  }

  get high(): number {
    return this.values.subarray(0x80).reduce((all, one) => all + one, 0);
  }

  of(value: number): number {
    return this.values[value] ?? 0;
  }

  pair(first: number, second: number): number {
    return this.pairs.get((first << 8) | second) ?? 0;
  }

  /** How many of some values there are at all. */
  static kinds(counts: Uint32Array): number {
    return counts.filter((one) => one > 0).length;
  }

  /** @param bytes of which the first and last few are context alone: both ends may cut a pair or a sequence. @param from where to begin @param end not counted */
  add(bytes: Uint8Array, from = 0, end = bytes.length): void {
    const last = Math.min(end, bytes.length - 4);
    for (let at = Math.max(4, from); at < last; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0) continue;
      this.values[byte] = this.of(byte) + 1;
      if (byte < 0x80) {
        const pair = ((bytes[at - 1] ?? 0) << 8) | byte;
        const known = byte > 0x0b || byte < 0x09 ? undefined : this.pairs.get(pair);
        if (known === undefined) continue;
        this.pairs.set(pair, known + 1);
        if (pair === 0x0d0a && isControl(bytes[at - 2] ?? 0)) this.binaryPairs += 1;
        continue;
      }
      if (byte < 0xc0 && (sequenceAt(bytes, at - 1) > 1 || sequenceAt(bytes, at - 2) > 2 || sequenceAt(bytes, at - 3) > 3)) continue;
      const length = sequenceAt(bytes, at);
      if (length === 0) this.noCharacter += 1;
      else {
        this.sequences += 1;
        const second = bytes[at + 1] ?? 0;
        if (length === 2 && byte < 0xc4) {
          const point = ((byte & 3) << 6) | (second & 0x3f);
          this.latin[point] = (this.latin[point] ?? 0) + 1;
        } else if (byte === 0xef && second === 0xbf && bytes[at + 2] === 0xbd) this.replacements += 1;
      }
    }
  }
}

/** What no text has: control characters other than tab, line feed and carriage return. */
const isControl = (byte: number): boolean => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;

/** Bytes of the UTF-8 sequence at a place, 0 for none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let more = 1; more < length; more += 1) if (((bytes[at + more] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** So many bytes are counted between two looks at whether they are enough. */
const countedAtOnce = 1024;

/** Samples from the begin of a file to its end, or as many of their bytes as are enough. */
function* countsOf(source: ByteSource, samples: number, sampleBytes: number, areEnough: (counts: Counts) => boolean = () => false): Steps<Counts> {
  const counts = new Counts();
  const bytes = new Uint8Array(Math.min(sampleBytes, source.size));
  const last = Math.max(0, source.size - bytes.length);
  const step = Math.max(1, bytes.length, Math.floor(last / (samples - 1)));
  // Where the file is small the samples are all of it, the rest after the last whole one too; none overlap, so that nothing counts twice.
  for (let sample = 0, at = 0; sample < samples && at < source.size; sample += 1, at += step) {
    yield;
    const sampled = bytes.subarray(0, source.readInto(at, bytes));
    for (let from = 0; from < sampled.length; from += countedAtOnce) {
      counts.add(sampled, from, from + countedAtOnce);
      if (areEnough(counts)) return counts;
    }
  }
  return counts;
}

/** A first look that costs little: whether anything speaks for a text-mode transfer at all. More bytes can only take from what speaks for it. */
function* isSuspicious(source: ByteSource, isComplete: boolean): Steps<boolean> {
  const speaks = (counts: Counts): boolean => {
    const pairs = counts.pair(0x0d, 0x0a);
    return pairs === counts.of(0x0a) || counts.noCharacter === 0 || counts.high === 0 || (pairs === 0 && !isComplete);
  };
  const counts = yield* countsOf(source, 4, 1 << 14, (some) => !speaks(some));
  const pairs = counts.pair(0x0d, 0x0a);
  return (pairs > 0 && pairs === counts.of(0x0a)) || counts.high === 0 || counts.noCharacter === 0 || (pairs === 0 && !isComplete);
}

/**
 * What was done to the bytes of a file, by samples of all of it; undefined where they show nothing.
 * @param isComplete whether all that its header promises is there: then no byte was taken out
 */
export function* textDamage(source: ByteSource, isComplete = false): Steps<TextDamage | undefined> {
  if (!(yield* isSuspicious(source, isComplete))) return undefined;
  const counts = yield* countsOf(source, windows, windowBytes);
  if (counts.controls < fewestControls) return undefined;
  const pairs = counts.pair(0x0d, 0x0a);
  if (pairs >= fewestLineFeeds && pairs === counts.of(0x0a) && counts.binaryPairs >= fewestBinaryPairs) return 'line ends';
  if (counts.high === 0) return Counts.kinds(counts.values.subarray(1, 0x80)) >= fewestValues && counts.of(0x7f) >= fewestDeletes ? 'high bits' : undefined;
  if (counts.noCharacter === 0 && counts.sequences >= fewestCharacters) {
    const isLatin = Counts.kinds(counts.latin) >= fewestValues && Counts.kinds(counts.latin.subarray(0x80, 0xa0)) >= fewestC1Values;
    if (isLatin || counts.replacements * 10 >= counts.sequences * 9) return 'characters';
  }
  const neighbours = [counts.pair(0x0d, 0x09), counts.pair(0x0d, 0x0b), counts.pair(0x0c, 0x0a), counts.pair(0x0e, 0x0a)];
  return !isComplete && pairs === 0 && neighbours.every((one) => one >= fewestNeighbours) ? 'carriage returns' : undefined;
}

const words: Readonly<Record<TextDamage, string>> = {
  'line ends': 'a carriage return was put before every line feed',
  'carriage returns': 'the carriage return before every line feed was taken out',
  'high bits': 'the highest bit of every byte was cut off',
  characters: 'its bytes were taken for characters and written as UTF-8',
};

/** @param form what the file was, as far as its magic says it */
export const textTransfer = (damage: TextDamage, form: string): ForeignKind => ({
  id: 'text-mode-transfer',
  name: `dump that a text-mode transfer has changed (${form}; ${words[damage]})`,
  wayOut: 'transfer it again in binary mode (ftp: "bin"): what was changed cannot be restored, and nothing in it is in its place',
});
