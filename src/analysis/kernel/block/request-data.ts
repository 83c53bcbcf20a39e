/** What a request is (enum req_op and req_flag_bits, include/linux/blk_types.h), and whose data it carries: the pages of its bios and the files that they cache. */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import { kinds } from '../btf/btf-types.ts';
import { hlistEntries } from '../object/containers/lists.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** REQ_OP_BITS */
const operationBits = 8n;
const pageBytes = 4096;
const mostBios = 4096;
const mostVectors = 4096;
/** A request carries at most some thousand. */
const mostPages = 16_384;

const enumeratorsOf = ({ space: { types } }: KernelObjects, names: readonly string[]): readonly { readonly name: string; readonly value: bigint }[] =>
  types === undefined ? [] : names.flatMap((name) => types.named(name, [kinds.enum, kinds.enum64]).flatMap((id) => [...types.enumerators(id)]));

/** "read", "write_zeroes"; the number of one without a name. */
export const operationName = (objects: KernelObjects, flags: Result<number>): Result<string> =>
  mapResult(flags, (value) => {
    const operation = BigInt(value) & ((1n << operationBits) - 1n);
    // Until 5.19 the enum was req_opf.
    const name = enumeratorsOf(objects, ['req_op', 'req_opf']).find((one) => one.value === operation)?.name;
    return name?.replace(/^REQ_OP_/, '').toLowerCase() ?? String(operation);
  });

/** "sync, meta": flags in the order of their bits. */
export const flagText = (objects: KernelObjects, flags: Result<number>): Result<string> =>
  mapResult(flags, (value) => {
    const names = new Map(enumeratorsOf(objects, ['req_flag_bits']).map((one) => [one.value, one.name]));
    const set = Array.from({ length: 32 }, (_, bit) => BigInt(bit)).filter((bit) => bit >= operationBits && ((BigInt(value) >> bit) & 1n) === 1n);
    return set
      .map(
        (bit) =>
          names
            .get(bit)
            ?.replace(/^__REQ_/, '')
            .toLowerCase() ?? `bit ${bit}`,
      )
      .join(', ');
  });

/** What may be waited for in a request. */
export interface RequestData {
  /** struct page of the head page of each folio. */
  readonly folios: ReadonlySet<VirtualAddress>;
  /** What its bios hand to whoever ends them: a buffer_head, where a buffer was written or read. */
  readonly owners: ReadonlySet<VirtualAddress>;
  /** struct address_space of the folios. */
  readonly mappings: ReadonlySet<VirtualAddress>;
  /** Why it is not all. */
  readonly missing: readonly Failure[];
}

/** The head page of the folio that a page is part of. */
function headOf(page: KernelObject): Result<KernelObject> {
  const link = page.at('compound_head').u64();
  if (isFailure(link)) return link;
  return { value: (link.value & 1n) === 1n ? KernelObject.at(page.space, link.value - 1n, 'page') : page };
}

/** Pages of one bio from where it has got to on. */
function* pagesOf(bio: KernelObject): Generator<KernelObject | Failure, void> {
  const [first, done, size] = [bio.at('bi_iter.bi_idx').number(), bio.at('bi_iter.bi_bvec_done').number(), bio.at('bi_iter.bi_size').number()];
  const vectors = bio.pointer('bi_io_vec');
  if (vectors.isNull) return;
  if (isFailure(first) || isFailure(done) || isFailure(size)) {
    yield [first, done, size].find((one): one is Failure => isFailure(one)) ?? failed('bio', 'not known');
    return;
  }
  let left = size.value;
  for (let at = 0; left > 0; at += 1) {
    if (at >= mostVectors) {
      yield failed('pages of a request', `a bio has more than ${mostVectors} parts`);
      return;
    }
    const vector = vectors.element(first.value + at);
    const [length, offset] = [vector.at('bv_len').number(), vector.at('bv_offset').number()];
    if (isFailure(length) || isFailure(offset)) {
      yield isFailure(length) ? length : isFailure(offset) ? offset : failed('bio_vec', 'not known');
      return;
    }
    const skip = at === 0 ? done.value : 0;
    const bytes = Math.min(left, length.value - skip);
    if (bytes <= 0) {
      yield failed('pages of a request', 'a bio ends before the bytes that it says it has');
      return;
    }
    const start = offset.value + skip;
    for (let page = Math.floor(start / pageBytes); page * pageBytes < start + bytes; page += 1) yield vector.pointer('bv_page').element(page);
    left -= bytes;
  }
}

/** Folios, buffers, and mappings of a request; none of a request without data. */
export function requestData(request: KernelObject): RequestData {
  const folios = new Set<bigint>();
  const owners = new Set<bigint>();
  const mappings = new Set<bigint>();
  const missing: Failure[] = [];
  const seen = new Set<bigint>();
  let pages = 0;
  for (let bio = request.pointer('bio'); !bio.isNull; bio = bio.pointer('bi_next')) {
    const { address } = bio;
    if (isFailure(address) || seen.has(address.value) || seen.size >= mostBios) {
      missing.push(isFailure(address) ? address : failed('bios of a request', 'their list is circular, or has no end'));
      break;
    }
    seen.add(address.value);
    const owner = bio.at('bi_private').u64();
    if (!isFailure(owner) && owner.value !== 0n) owners.add(owner.value);
    for (const page of pagesOf(bio)) {
      pages += 1;
      if (pages > mostPages) missing.push(failed('pages of a request', `more than ${mostPages}`));
      if (isFailure(page) || pages > mostPages) {
        if (isFailure(page)) missing.push(page);
        break;
      }
      const head = headOf(page);
      const at = isFailure(head) ? head : head.value.address;
      if (isFailure(head) || isFailure(at)) {
        if (isFailure(at)) missing.push(at);
        break;
      }
      if (folios.has(at.value)) continue;
      folios.add(at.value);
      const mapping = head.value.at('mapping').u64();
      // Low bits mark pages that are not a file's (PAGE_MAPPING_FLAGS).
      if (!isFailure(mapping) && mapping.value !== 0n && (mapping.value & 3n) === 0n) mappings.add(mapping.value);
    }
    if (pages > mostPages) break;
  }
  return { folios, owners, mappings, missing };
}

const mostFiles = 4;

/** The file of a mapping: "db.bin (inode 12, ext4 on vdb)", "block device vdb". */
function fileName(objects: KernelObjects, mapping: VirtualAddress): string | undefined {
  const inode = objects.at(mapping, 'address_space').pointer('host');
  const back = inode.at('i_mapping').u64();
  const number = inode.at('i_ino').integer();
  if (isFailure(number) || isFailure(back) || back.value !== mapping) return undefined;
  const system = inode.pointer('i_sb');
  const [devices, own] = [objects.variable('blockdev_superblock', 'super_block *').u64(), system.address];
  if (!isFailure(devices) && !isFailure(own) && devices.value === own.value) {
    const disk = inode.containerOf('bdev_inode', 'vfs_inode').at('bdev').pointer('bd_disk').at('disk_name').string();
    return isFailure(disk) ? undefined : `block device ${disk.value}`;
  }
  const known = (text: Result<string> | undefined): string | undefined => (text === undefined || isFailure(text) || text.value === '' ? undefined : text.value);
  const [type, id] = [known(system.pointer('s_type').at('name').string()), known(system.at('s_id').string())];
  // Of several names the first.
  const [entry] = hlistEntries(inode.at('i_dentry'), 'dentry', 'd_u.d_alias');
  const name = known(entry?.at('d_name.name').string());
  const where = `inode ${number.value}${type === undefined ? '' : `, ${type}`}${id === undefined ? '' : ` on ${id}`}`;
  return name === undefined ? where : `${name} (${where})`;
}

/** Files whose pages a request carries; undefined where memory names none. */
export function fileText(objects: KernelObjects, { mappings }: RequestData): string | undefined {
  const names = [...mappings].slice(0, mostFiles).flatMap((mapping) => fileName(objects, mapping) ?? []);
  if (names.length === 0) return undefined;
  return `${names.join('; ')}${mappings.size > mostFiles ? `; and ${mappings.size - mostFiles} more` : ''}`;
}
