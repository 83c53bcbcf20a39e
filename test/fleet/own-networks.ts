/** Networks of their own for processes: each in a namespace (network_namespaces(7)), all on a bridge with this machine and nothing else. Needs root. */
import { execFileSync } from 'node:child_process';

export interface OwnNetworks {
  /** Of this machine on the bridge. */
  readonly address: string;
  /** What comes before a command, so that it runs in a new namespace. */
  inOwn(): readonly string[];
  remove(): void;
}

const ip = (...words: readonly string[]): void => {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
};

export function ownNetworks(): OwnNetworks {
  // Addresses for measurements between devices (RFC 2544): no machine is there.
  const subnet = `198.18.${process.pid % 256}`;
  const tag = `db${process.pid.toString(36)}`;
  const bridge = `${tag}b`;
  const namespaces: string[] = [];
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('address', 'add', `${subnet}.1/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  return {
    address: `${subnet}.1`,
    inOwn() {
      const number = namespaces.length + 2;
      const name = `${tag}-${number}`;
      const [outer, inner] = [`${tag}o${number}`, `${tag}i${number}`];
      ip('netns', 'add', name);
      namespaces.push(name);
      ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner);
      ip('link', 'set', outer, 'master', bridge, 'up');
      ip('link', 'set', inner, 'netns', name);
      ip('-netns', name, 'address', 'add', `${subnet}.${number}/24`, 'dev', inner);
      ip('-netns', name, 'link', 'set', inner, 'up');
      return ['ip', 'netns', 'exec', name];
    },
    remove() {
      for (const name of namespaces) ip('netns', 'delete', name);
      ip('link', 'delete', bridge);
    },
  };
}
