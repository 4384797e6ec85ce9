// A TCP line between two processes that a test can make bad: reset, silent in both directions (half-open, as when
// a cable is pulled), or refused. It knows nothing of what is said on it, but may cut a line at a chosen word: the only
// way to lose exactly the answer to a COMMIT, before or after the server has it.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `before`: the piece with the word never reaches the target. `after`: it does, but its answer is never heard. */
export type Cut = 'before' | 'after';

const POSTGRES_PORT = 5432;

interface Line { readonly client: Socket; readonly upstream: Socket }

export class Wire {
  /** Lines cut at a word so far. */
  cuts = 0;
  private readonly lines = new Set<Line>();
  private readonly server: Server;
  private silent = false;
  private refusing = false;
  private plan: { word: string; cut: Cut; times: number } | undefined;

  private constructor(private readonly target: URL) {
    this.server = createServer((client) => this.join(client));
  }

  /** A line to the host and port of `url`. */
  static async to(url: string): Promise<Wire> {
    const wire = new Wire(new URL(url));
    await new Promise<void>((done) => wire.server.listen(0, '127.0.0.1', done));
    return wire;
  }

  /** The URL through this line. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href.replace(/\/$/, '');
  }

  /** Resets every line that is open. */
  reset(): void {
    for (const line of this.lines) cutOff(line);
  }

  /** From now on nothing passes in either direction, and nobody is told; ends with `speak`. */
  hush(): void {
    this.silent = true;
    for (const { client, upstream } of this.lines) {
      client.pause();
      upstream.pause();
    }
  }

  /** Lets pass what was held back. Lines whose peers have given up meanwhile stay dead. */
  speak(): void {
    this.silent = false;
    for (const { client, upstream } of this.lines) {
      client.resume();
      upstream.resume();
    }
  }

  /** Whether new lines are refused. */
  refuse(on: boolean): void {
    this.refusing = on;
  }

  /** Resets the next `times` lines whose client sends a piece with `word`. */
  cutAt(word: string, cut: Cut, times = 1): void {
    this.plan = { word, cut, times };
  }

  async close(): Promise<void> {
    for (const { client, upstream } of this.lines) {
      client.destroy();
      upstream.destroy();
    }
    await new Promise((done) => this.server.close(done));
  }

  private join(client: Socket): void {
    client.on('error', () => client.destroy());
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port || POSTGRES_PORT), this.target.hostname);
    const line: Line = { client, upstream };
    this.lines.add(line);
    for (const [socket, peer] of [[client, upstream], [upstream, client]] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.lines.delete(line);
        peer.destroy();
      });
      socket.on('data', (bytes) => this.pass(line, socket, peer, bytes));
      if (this.silent) socket.pause();
    }
  }

  private pass(line: Line, from: Socket, to: Socket, bytes: Buffer): void {
    const cut = from === line.client ? this.cutOf(bytes) : undefined;
    if (cut === 'before') return cutOff(line);
    if (!to.destroyed) to.write(bytes);
    // What was sent must arrive, but its answer must not.
    if (cut === 'after') setImmediate(() => cutOff(line));
  }

  private cutOf(bytes: Buffer): Cut | undefined {
    if (this.plan === undefined || this.plan.times === 0 || !bytes.includes(this.plan.word)) return undefined;
    this.plan.times--;
    this.cuts++;
    return this.plan.cut;
  }
}

function cutOff({ client, upstream }: Line): void {
  client.resetAndDestroy();
  upstream.end();
}
