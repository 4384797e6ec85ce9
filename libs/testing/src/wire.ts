// A TCP line between two processes that a test can make bad: slow, reset, silent in both directions (half-open, as when
// a cable is pulled), or refused. It knows nothing of what is said on it, but may cut a line right after a word passed.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Line { readonly client: Socket; readonly upstream: Socket }

export class Wire {
  /** Lines that were cut or refused. */
  cuts = 0;
  private readonly lines = new Set<Line>();
  private readonly server: Server;
  private silent = false;
  private refusing = false;
  private delayMs = 0;
  private cutWord: { word: string; left: number } | undefined;

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
    for (const line of this.lines) this.cut(line);
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

  /** Each piece takes so much longer to pass. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** Resets the next `times` lines right after a piece with `word` has been passed on to the target. */
  cutAfter(word: string, times: number): void {
    this.cutWord = { word, left: times };
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
      this.cuts++;
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
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
    const send = (): void => {
      if (!to.destroyed) to.write(bytes);
      if (from === line.client && this.cutWord !== undefined && this.cutWord.left > 0
        && bytes.includes(this.cutWord.word)) {
        this.cutWord.left--;
        // What was sent must arrive, but its answer must not.
        setImmediate(() => this.cut(line));
      }
    };
    if (this.delayMs === 0) send();
    else setTimeout(send, this.delayMs);
  }

  private cut({ client, upstream }: Line): void {
    this.cuts++;
    client.resetAndDestroy();
    upstream.end();
  }
}
