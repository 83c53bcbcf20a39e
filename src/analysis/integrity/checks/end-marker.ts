import { todToIso } from '../../arch/s390x/tod-clock.ts';
import { END_MARKER } from '../../formats/s390-header.ts';
import { foundMarker } from '../../formats/standalone-dump.ts';
import { faultText } from '../../source/byte-source.ts';
import { failed, notApplicable, passed, unreadable, type Check } from '../check.ts';

const formatsWithMarker: ReadonlySet<string> = new Set(['s390', 's390-ext', 's390-mv', 's390-mv-ext', 's390-tape']);

/** The stand-alone dumper writes its end marker last (s390-dump.md section 3): without it the dump is not finished. */
export const endMarker: Check = {
  id: 'end-marker',
  title: 'End marker',
  failure: 'The end marker is missing or wrong.',
  gravity: 88,
  remedy: 'copy-again',
  cost: 'headers',
  structure: 'end marker',
  run({ image }) {
    if (!formatsWithMarker.has(image.format)) return notApplicable('only stand-alone dumps have an end marker');
    const findings = image.findings.filter((finding) => finding.id.startsWith('end-marker/'));
    const { endMarker: marker, endMarkerFault } = image;
    if (marker === undefined && endMarkerFault !== undefined) return { ...unreadable(faultText(endMarkerFault)), findings, recorded: END_MARKER };
    if (marker === undefined) return failed('the file ends before the place of the end marker', { findings, recorded: END_MARKER });
    const ranges = [{ fileOffset: marker.fileOffset, bytes: 16 }];
    if (marker.fault !== undefined) return { ...unreadable(faultText(marker.fault)), findings, ranges, recorded: END_MARKER };
    if (!marker.present)
      return failed(`${foundMarker(marker)} is where the end marker should be`, { findings, ranges, recorded: END_MARKER, computed: marker.text });
    if (marker.tod < marker.headerTod) {
      return failed('the time in the end marker is before the time in the header', {
        findings,
        ranges,
        recorded: todToIso(marker.headerTod) ?? '0x0',
        computed: todToIso(marker.tod) ?? '0x0',
      });
    }
    const times = marker.headerTod === 0n ? 'the writer recorded no times' : 'its time is not before the start';
    return passed(`"${END_MARKER}" at file offset 0x${marker.fileOffset.toString(16)}; ${times}`, { ranges, recorded: END_MARKER, computed: marker.text });
  },
};
