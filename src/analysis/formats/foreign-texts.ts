/** Rows of `foreign.ts` that are text, or were made text: logs, pages, reports, encodings, and dumps that went through a text-mode transfer. */
import { ascii, hexAt, lines, starts, textThat, type ForeignRow } from './foreign-looks.ts';

/**
 * Magics of dumps after a translation: ELF after a byte order mark; a stand-alone dump with its high bits cut off, as UTF-8, as characters that are none;
 * then ELF, kdump-compressed, makedumpfile's stream and a stand-alone dump from ASCII to EBCDIC and back (code page 037).
 */
const textMagics = [
  ...['efbbbf7f454c46', '28190173610f23', 'c2a819017361c28f23', 'efbfbd19017361', 'efbfbd'],
  ...['07c5d3c6', 'd2c4e4d4d7404040', '9481928584a4949786899385', 'bd1901a2811b7b8d'],
  ...['22e13ce3', '2ee0ed2826808080', '5f2f2cc1c0cd5ff8c3d125c1', '791901cb2fb183d9'],
];

export const textRows: readonly ForeignRow[] = [
  {
    id: 'apport-report',
    name: 'Apport crash report (Ubuntu)',
    wayOut: 'unpack it: apport-unpack FILE FOLDER; a kernel dump is the file VmCore in it',
    matches: textThat((text) => text.startsWith('ProblemType:') && /\n(Date|Architecture|Package|DistroRelease):/.test(text)),
    sample: ascii('ProblemType: KernelCrash\nArchitecture: s390x\nDate: Sat Nov 28\n'),
    nearMiss: ascii('ProblemTypes: are many\nArchitecture of them\n'),
  },
  {
    id: 'html-page',
    name: 'HTML page',
    wayOut: 'the download gave a web page, most likely a login page: log in and download the dump again',
    matches: textThat((text) => /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!doctype html|<html[\s>])/i.test(text)),
    sample: ascii('<!DOCTYPE html>\n<html><head><title>Sign in</title>'),
    nearMiss: ascii('<hotel> 5 stars'),
  },
  {
    id: 'server-answer',
    name: 'answer of a server (XML or JSON)',
    wayOut: 'the download gave an error instead of the file: look at what it says, and download the dump again',
    matches: textThat((text) => /^\s*<\?xml[^>]*>\s*<(Error|error|html)\b/.test(text) || /^\s*\{\s*"(error|errors|message|code|status|detail)"\s*:/.test(text)),
    sample: ascii('{"error":"unauthorized"}\n'),
    nearMiss: ascii('{"erratum": 1}\n'),
  },
  {
    id: 'kernel-log',
    name: 'text of a kernel log',
    wayOut: 'it is only the log: open the dump that it belongs to; any editor opens the log',
    // Times as dmesg prints them, with -T, after a syslog's or the journal's head, with the caller (CONFIG_PRINTK_CALLER).
    matches: textThat((text) => {
      const stamped = text.match(/^(<\d+>)?\[(\s*\d+\.\d{6}|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})\](\[\s*[TC]\d+\])? \S/gm)?.length ?? 0;
      const logged = text.match(/^([A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT[\d:.]+\S*) \S+ kernel: /gm)?.length ?? 0;
      return stamped >= 2 || logged >= 2;
    }),
    sample: ascii('[    0.000000] Linux version 6.12.0\n[    0.000001] setup: Linux is running natively\n'),
    nearMiss: ascii('[ 1.5] a list\n[ 2.5] of numbers\n'),
  },
  {
    id: 'git-lfs-pointer',
    name: 'Git LFS pointer',
    wayOut: 'the file itself was not fetched: git lfs pull',
    matches: starts('version https://git-lfs.github.com/spec/'),
    sample: ascii('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
    nearMiss: ascii('version 1 of something\n'),
  },
  {
    id: 'hex-text',
    name: 'bytes written out as text (xxd, hexdump, od, Intel HEX, S-records)',
    wayOut: 'turn it back into bytes (xxd -r FILE OUT, objcopy -I ihex or srec), or transfer the dump itself',
    matches: textThat(
      (text) =>
        lines(text, /^([0-9a-f]{6,16}(:? +[0-9a-f]{2,8}\b.*)?|\*)$/i, 3) ||
        lines(text, /^:[0-9A-F]{10,}$/i, 2) ||
        lines(text, /^S[0-9][0-9A-F]{8,}$/i, 2) ||
        /^[0-9a-f]{2000}/i.test(text),
    ),
    sample: ascii('00000000: 7f45 4c46 0202 0100  .ELF....\n00000008: 0000 0000 0000 0000  ........\n00000010: 0004 0016 0000 0001  ........\n'),
    nearMiss: ascii('a face: one\nadded: two\ndecade: three\n'),
  },
  {
    id: 'uuencoded',
    name: 'text-encoded file (uuencode, base64, or a mail)',
    wayOut: 'decode it first: uudecode FILE, or base64 -d FILE',
    matches: textThat(
      (text) =>
        /^begin(-base64)? [0-7]{3} \S+/m.test(text) ||
        /^Content-Transfer-Encoding: base64/im.test(text) ||
        lines(text.replace(/^-----BEGIN [^\n]*\n/, ''), /^[A-Za-z0-9+/]{60,76}$/, 8) ||
        /^[A-Za-z0-9+/]{2000}/.test(text),
    ),
    sample: ascii('begin 644 vmcore\nM<&%G\n'),
    nearMiss: ascii('begin with a word\n'),
  },
  {
    id: 'text-mode-transfer',
    name: 'dump that a text-mode transfer has changed',
    wayOut: 'transfer it again in binary mode (ftp: "bin"): bytes were translated between EBCDIC and ASCII, or line ends were changed, and cannot be restored',
    matches: ({ head }) => textMagics.some((digits) => hexAt(head, 0, digits.length / 2) === digits),
    sample: 'efbfbd190202',
    nearMiss: 'efbebd190202',
  },
];
