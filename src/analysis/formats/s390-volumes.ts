/** The volumes of a multi-volume stand-alone dump, put together from whatever files are at hand (s390-dump.md section 4). */
import type { Finding } from '../../shared/model.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';
import { parse } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { OpenContext } from './dump-format.ts';
import { s390Header } from './s390-header.ts';
import { standaloneHeaderBytes, type StandaloneHeader } from './standalone-dump.ts';

export interface Volume {
  readonly source: ByteSource;
  readonly header: StandaloneHeader;
}

export interface VolumeSet {
  /** Ascending by volume number. */
  readonly volumes: readonly Volume[];
  readonly findings: readonly Finding[];
}

function headerOf(source: ByteSource): StandaloneHeader | undefined {
  const head = new Uint8Array(standaloneHeaderBytes);
  return source.readInto(0, head) < head.length ? undefined : parse(s390Header, head);
}

/** A partition that was prepared for this set but not needed: its header is empty but for the signature. */
const isUnused = (header: StandaloneHeader, signature: bigint): boolean => header.magic === 0n && header.mem_size === 0n && header.mvdump_sign === signature;

/** Collects the files that belong to the same dump as `first`. Volumes of other runs are told, not used. */
export function collectVolumes(first: Volume, context: OpenContext | undefined): VolumeSet {
  const volumes: Volume[] = [first];
  const findings: Finding[] = [];
  const { header } = first;
  for (const source of context?.companions() ?? []) {
    const other = headerOf(source);
    if (other === undefined) continue;
    if (isUnused(other, header.mvdump_sign)) {
      findings.push({
        id: 'volume-set/unused',
        severity: 'info',
        title: 'A volume was not needed',
        detail: `${source.name} was prepared for a multi-volume dump, but holds no data`,
      });
      continue;
    }
    if (other.magic !== header.magic || other.mvdump !== 1) continue;
    if (other.tod !== header.tod || other.cpu_id !== header.cpu_id || other.mem_size !== header.mem_size) {
      findings.push({
        id: 'volume-set/other-run',
        severity: 'info',
        title: 'A volume of another dump lies beside this one',
        detail: `${source.name} is volume ${other.volnr} of a dump that was started at ${todToIso(other.tod) ?? 'an unknown time'}; it is not used`,
      });
      continue;
    }
    const twin = volumes.find((volume) => volume.header.volnr === other.volnr);
    if (twin !== undefined) {
      findings.push({
        id: 'volume-set/duplicate',
        severity: 'warning',
        title: 'A volume is there twice',
        detail: `${source.name} and ${twin.source.name} are both volume ${other.volnr} of this dump; the first is used`,
      });
      continue;
    }
    volumes.push({ source, header: other });
  }
  return { volumes: volumes.sort((a, b) => a.header.volnr - b.header.volnr), findings };
}

/** Findings for volume numbers below the highest one that no file has. */
export function missingVolumes(volumes: readonly Volume[]): Finding[] {
  const highest = volumes.at(-1)?.header.volnr ?? 0;
  const findings: Finding[] = [];
  // A damaged number must not make thousands of findings.
  for (let number = 0; number < Math.min(highest, 32); number += 1) {
    if (volumes.some((volume) => volume.header.volnr === number)) continue;
    findings.push({
      id: 'volume-set/missing-part',
      severity: 'error',
      title: 'A volume is missing',
      detail: `volume ${number} of this dump is not at hand; the others are looked for in the same folder, by their headers`,
    });
  }
  return findings;
}
