/**
 * Pages of a zone (struct zone, include/linux/mmzone.h), each number held against the others: the allocator manages some of the pages that are present,
 * these lie in the pages that the zone spans, and a zone lies in its node. Of two numbers that contradict each other neither is a fact.
 */
import { isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';

/** No machine has more address lines for memory: a region-first table of s390x spans 2 to the power of 53 bytes, x86-64 and arm64 have 52 bits. */
const memoryEnd = 1n << 53n;

export interface ZonePages {
  readonly managed: Result<bigint>;
  readonly present: Result<bigint>;
  readonly spanned: Result<bigint>;
  /** Number of its first page. */
  readonly start: Result<bigint>;
}

/** Pages that memory has at most. */
export const mostPages = ({ space }: KernelObject): bigint => memoryEnd / BigInt(kernelPageBytes(space.vmcoreinfo));

const beyond = (zone: KernelObject, pages: bigint): string | undefined => (pages < 0n || pages > mostPages(zone) ? `no memory has ${pages} pages` : undefined);

/** A number that is one by itself; undefined where it cannot be read or is beyond all memory: then nothing is held against it. */
const credible = (zone: KernelObject, value: Result<bigint>): bigint | undefined =>
  isFailure(value) || beyond(zone, value.value) !== undefined ? undefined : value.value;

/** @param free pages that the zone counts as free: some of those that are managed */
export function zonePages(zone: KernelObject, free?: Result<bigint>): ZonePages {
  const members = { managed: zone.at('managed_pages'), present: zone.at('present_pages'), spanned: zone.at('spanned_pages'), start: zone.at('zone_start_pfn') };
  // managed_pages is an atomic_long_t since 5.0.
  const raw = {
    managed: members.managed.integer(),
    present: members.present.u64(),
    spanned: members.spanned.u64(),
    start: members.start.u64(),
  };
  const [managed, present, spanned, start] = [raw.managed, raw.present, raw.spanned, raw.start].map((value) => credible(zone, value));
  const node = nodeOf(zone);
  /** Why what lies within something is more than that. */
  const within = (inner: bigint | undefined, outer: bigint | undefined, text: string): string | undefined =>
    inner !== undefined && outer !== undefined && inner > outer ? `${inner} pages ${text} ${outer}` : undefined;
  const freeIn = free === undefined ? undefined : within(credible(zone, free), managed, 'are free, but the number of managed pages is');
  const managedIn =
    freeIn ??
    within(managed, present, 'are managed, but the number of present pages is') ??
    within(managed, spanned, 'are managed, but the number of spanned pages is');
  const presentIn = within(present, spanned, 'are present, but the number of spanned pages is');
  const outside =
    spanned === undefined || spanned === 0n || start === undefined || node === undefined || (start >= node.start && start + spanned <= node.end)
      ? undefined
      : `pages ${hex(start)} to ${hex(start + spanned)} are not in those of the node, ${hex(node.start)} to ${hex(node.end)}`;
  return {
    managed: members.managed.plausible(raw.managed, (value) => beyond(zone, value) ?? managedIn),
    present: members.present.plausible(
      raw.present,
      (value) => beyond(zone, value) ?? within(managed, present, 'are managed, but the number of present pages is') ?? presentIn,
    ),
    spanned: members.spanned.plausible(
      raw.spanned,
      (value) => beyond(zone, value) ?? presentIn ?? within(managed, spanned, 'are managed, but the number of spanned pages is') ?? outside,
    ),
    start: members.start.plausible(raw.start, (value) => beyond(zone, value) ?? outside),
  };
}

/** First page of the zone's node and the one after its last. */
function nodeOf(zone: KernelObject): { readonly start: bigint; readonly end: bigint } | undefined {
  if (!zone.has('zone_pgdat')) return undefined;
  const node = zone.pointer('zone_pgdat');
  const [start, pages] = [node.at('node_start_pfn').u64(), node.at('node_spanned_pages').u64()];
  if (isFailure(start) || isFailure(pages) || pages.value === 0n || start.value + pages.value > mostPages(zone)) return undefined;
  return { start: start.value, end: start.value + pages.value };
}

/** A number of pages that are some of those that the allocator manages. */
export const ofManaged = (zone: KernelObject, member: KernelObject, value: Result<bigint>): Result<bigint> => heldAgainst(zone, member, value, 'managed_pages');

/** The same of those that are present: whole blocks may have pages that the allocator does not manage. */
export const ofPresent = (zone: KernelObject, member: KernelObject, value: Result<bigint>): Result<bigint> => heldAgainst(zone, member, value, 'present_pages');

function heldAgainst(zone: KernelObject, member: KernelObject, value: Result<bigint>, of: 'managed_pages' | 'present_pages'): Result<bigint> {
  // A number that no memory has holds nothing against another.
  const all = credible(zone, zone.at(of).integer());
  return member.plausible(value, (pages) => {
    if (pages < 0n) return `${pages} pages is a negative number`;
    return beyond(zone, pages) ?? (all === undefined || pages <= all ? undefined : `it has ${pages} pages, more than the ${all} of zone.${of}`);
  });
}
