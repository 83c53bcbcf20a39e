/** Names of DASD volumes. */
import { ebcdicText } from '../../shared/ebcdic.ts';

/** "0X0201" of the six EBCDIC bytes of a volume serial; undefined where they are not text. */
export function volumeSerialText(bytes: Uint8Array): string | undefined {
  const text = ebcdicText(bytes, '037').trimEnd();
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}
