/**
 * Decryption of a secure guest's dump with the customer communication key (s390-dump.md section 8). Keys and what they open are in the memory of this
 * process alone; nothing here writes.
 */
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { DumpError } from '../../shared/dump-error.ts';
import { failed, type Failure, type Result } from '../../shared/result.ts';
import { pageSize } from '../../shared/units.ts';
import { decryptXts } from '../codec/aes-xts.ts';
import { parse } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { RecordedCpu } from './dump-format.ts';
import { completionClearBytes, cpuClearBytes, pvCompletion, pvCpuState, storageEntryBytes } from './pv-layout.ts';

export const communicationKeyBytes = 32;
const tagBytes = 16;
const info = 'IBM Z Ultravisor Dump';
const nonceBytes = 16;
const pageKeyBytes = 64;

/** Opens what AES-256-GCM has sealed; undefined where the tag does not fit. */
function unseal(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, clearBytes: number): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(sealed.subarray(0, clearBytes));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = decipher.update(sealed.subarray(clearBytes, sealed.length - tagBytes));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    // Without a right tag none of it is shown.
    plain.fill(0);
    return undefined;
  }
}

export interface DumpKeys {
  /** Opens the CPU states. */
  readonly dumpKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly pageKeys: Uint8Array;
}

/**
 * @param completion the 288 bytes of pv_compl
 * @throws DumpError absent where the key does not fit, unsupported for another version
 */
export function openCompletion(completion: Uint8Array, communicationKey: Uint8Array, file: string, offset: number): DumpKeys {
  const { version, seed, iv } = parse(pvCompletion, completion);
  if (version !== 1) throw new DumpError('unsupported', { file, offset }, `the completion data have version ${version}`, 'version 1');
  const dumpKey = new Uint8Array(hkdfSync('sha512', communicationKey, seed, info, communicationKeyBytes));
  const plain = unseal(dumpKey, iv, completion, completionClearBytes);
  if (plain === undefined)
    throw new DumpError(
      'absent',
      { file, offset },
      'the customer communication key does not match this dump: the authentication tag of its completion data is not valid with it, so the key is of another guest or these data are damaged; nothing was decrypted',
      'the key that the boot image of this guest was made with',
    );
  return { dumpKey, nonce: plain.subarray(0, nonceBytes), pageKeys: plain.subarray(nonceBytes, nonceBytes + pageKeyBytes) };
}

/** Registers of a CPU. */
export function openCpuState(note: Uint8Array, { dumpKey }: DumpKeys): Result<RecordedCpu> {
  const not = (why: string): Failure => failed('CPU state', why);
  if (note.length !== pvCpuState.size) return not(`it has ${note.length} bytes instead of ${pvCpuState.size}`);
  const { version, iv } = parse(pvCpuState, note);
  if (version !== 1) return not(`its version is ${version}`);
  const plain = unseal(dumpKey, iv, note, cpuClearBytes);
  if (plain === undefined) return not('its authentication tag is not valid: it was changed');
  const clear = new Uint8Array(note.length);
  clear.set(plain, cpuClearBytes);
  const state = parse(pvCpuState, clear);
  return {
    value: {
      prefix: state.prefix,
      psw: { mask: state.psw_mask, address: state.psw_addr },
      gprs: state.gprs,
      acrs: state.acrs,
      crs: state.crs,
      fprs: state.vector_low.filter((_, index) => index % 2 === 0),
      vectorLow: state.vector_low.filter((_, index) => index % 2 === 1),
      vectorHigh: state.vector_high.map((value) => BigInt(`0x${Buffer.from(value).toString('hex')}`)),
      fpc: state.fpc,
      timer: state.timer,
      clockComparator: state.todcmp,
      todProgrammable: state.todpreg,
    },
  };
}

/**
 * The file with the pages of the guest decrypted, at their own positions. Asked for whole or for parts of pages whose entry is a tweak.
 * @param load where the pages lie in the file
 * @param metaAt where the entries of the pages do
 */
export function decryptedSource(source: ByteSource, load: { readonly fileOffset: number; readonly bytes: number }, metaAt: number, keys: DumpKeys): ByteSource {
  const page = new Uint8Array(pageSize);
  const tweak = new Uint8Array(storageEntryBytes);
  let held = -1;
  /** @returns how many bytes of the page came: all, or those before a fault */
  const loadPage = (number: number): boolean => {
    if (number === held) return true;
    held = -1;
    const at = load.fileOffset + number * pageSize;
    if (source.readInto(at, page) < pageSize || source.readInto(metaAt + number * storageEntryBytes, tweak) < tweak.length) return false;
    for (let index = 0; index < tweak.length; index += 1) tweak[index] = (tweak[index] ?? 0) | (keys.nonce[index] ?? 0);
    decryptXts(keys.pageKeys, tweak, page);
    held = number;
    return true;
  };
  return {
    name: source.name,
    size: source.size,
    readInto(offset, target) {
      let done = 0;
      while (done < target.length && offset + done < load.fileOffset + load.bytes) {
        const position = offset + done - load.fileOffset;
        if (!loadPage(Math.floor(position / pageSize))) break;
        const within = position % pageSize;
        const count = Math.min(pageSize - within, target.length - done);
        target.set(page.subarray(within, within + count), done);
        done += count;
      }
      return done;
    },
    faultAt(offset) {
      const number = Math.floor((offset - load.fileOffset) / pageSize);
      const at = load.fileOffset + number * pageSize;
      // A page is one unit: a part of it that the disk does not give takes all of it.
      const probe = new Uint8Array(pageSize);
      const got = source.readInto(at, probe);
      const fault = got < pageSize ? source.faultAt?.(at + got) : undefined;
      return fault === undefined ? source.faultAt?.(metaAt + number * storageEntryBytes) : { ...fault, bytes: at + pageSize - offset };
    },
  };
}
