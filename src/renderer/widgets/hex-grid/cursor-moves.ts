/** Where a key moves the cursor of the hex grid. */
import { rowBytes as usualBytes } from './hex-row.ts';

export interface MoveRoom {
  /** Size of the space in bytes. */
  readonly size: bigint;
  /** End of the dump's memory: Ctrl+End stops there first. */
  readonly memoryEnd: bigint;
  readonly pageRows: number;
  /** 16 by default. */
  readonly rowBytes?: number;
}

export const moveKeys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'] as const;
export type MoveKey = (typeof moveKeys)[number];
export const isMoveKey = (key: string): key is MoveKey => moveKeys.some((one) => one === key);

/** @param far with Ctrl: Home and End go to the ends of the space */
export function moveCursor(cursor: bigint, key: MoveKey, far: boolean, room: MoveRoom): bigint {
  const row = BigInt(room.rowBytes ?? usualBytes);
  const last = room.size - 1n;
  const clamp = (address: bigint): bigint => (address < 0n ? 0n : address > last ? last : address);
  const page = row * BigInt(Math.max(1, room.pageRows - 1));
  const column = cursor % row;
  switch (key) {
    case 'ArrowLeft':
      return clamp(cursor - 1n);
    case 'ArrowRight':
      return clamp(cursor + 1n);
    case 'ArrowUp':
      return cursor < row ? cursor : cursor - row;
    case 'ArrowDown':
      return cursor + row > last ? cursor : cursor + row;
    case 'PageUp':
      return cursor < page ? column : cursor - page;
    case 'PageDown':
      return clamp(cursor + page);
    case 'Home':
      return far ? 0n : cursor - column;
    case 'End':
      if (!far) return clamp(cursor - column + row - 1n);
      return room.memoryEnd > 0n && cursor < room.memoryEnd - 1n ? clamp(room.memoryEnd - 1n) : last;
  }
}
