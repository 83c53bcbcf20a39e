/** Structures of an ext4 file system, as far as reading a file needs them (Linux Documentation/filesystems/ext4). */
import { bytes, text, u16, u32 } from '../layout/field.ts';
import { bits32, hex } from '../layout/presentation.ts';
import { struct } from '../layout/struct.ts';

export const ext4SuperblockAt = 1024;
export const EXT4_MAGIC = 0xef53;

export const ext4Superblock = struct(
  'ext4_super_block',
  { endian: 'little', size: 1024, doc: 'Source: Linux Documentation/filesystems/ext4/super.rst.' },
  {
    s_inodes_count: u32(0x00),
    s_blocks_count_lo: u32(0x04),
    s_first_data_block: u32(0x14),
    s_log_block_size: u32(0x18, 'block size is 1024 shifted left by this'),
    s_blocks_per_group: u32(0x20),
    s_inodes_per_group: u32(0x28),
    s_magic: u16(0x38, '0xef53', hex),
    s_inode_size: u16(0x58),
    s_feature_incompat: u32(
      0x60,
      'features that a reader must know',
      bits32({ 1: 'filetype', 2: 'recover', 4: 'meta_bg', 6: 'extents', 7: '64bit', 9: 'flex_bg' }),
    ),
    s_volume_name: text(0x78, 16),
    s_desc_size: u16(0xfe, 'size of a group descriptor with 64bit'),
  },
);

export const ext4Inode = struct(
  'ext4_inode',
  { endian: 'little', size: 128, doc: 'Source: Linux Documentation/filesystems/ext4/inodes.rst.' },
  {
    i_mode: u16(0x00, '', hex),
    i_size_lo: u32(0x04),
    i_flags: u32(0x20, '', hex),
    i_block: bytes(0x28, 60, 'root of the extent tree'),
    i_size_high: u32(0x6c),
  },
);

export const ext4Incompat = { recover: 0x04, metaBlockGroups: 0x10, wide: 0x80 } as const;
export const ext4InodeFlags = { extents: 0x80000 } as const;
