/** A pair of ports within one process. Messages are cloned, so nothing can be shared that a real port would not carry. */
import type { Port } from '../../shared/rpc.ts';

export function portPair(): readonly [Port, Port] {
  const sides = [newSide(), newSide()] as const;
  return [makePort(sides[0], sides[1]), makePort(sides[1], sides[0])];
}

interface Side {
  readonly messages: ((message: unknown) => void)[];
  readonly closes: ((reason: string) => void)[];
  closed: boolean;
}
const newSide = (): Side => ({ messages: [], closes: [], closed: false });

function makePort(own: Side, peer: Side): Port {
  return {
    post(message) {
      if (own.closed || peer.closed) return;
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        if (!peer.closed) for (const listener of peer.messages) listener(copy);
      });
    },
    onMessage(listener) {
      own.messages.push(listener);
    },
    onClose(listener) {
      own.closes.push(listener);
    },
    close() {
      for (const side of [own, peer]) {
        if (side.closed) continue;
        side.closed = true;
        for (const listener of side.closes) listener('the engine was closed');
      }
    },
  };
}
