// A TCP proxy between a client and PostgreSQL that can cut a connection at a chosen word on the wire: the only way to
// lose exactly the answer to a COMMIT, before or after the server has it.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `before`: the matching bytes never reach the server. `after`: they do, but the client never hears the answer. */
export type Cut = 'before' | 'after';

export class CutProxy {
  private readonly sockets = new Set<Socket>();
  private plan: { word: string; cut: Cut; times: number } | undefined;
  /** Connections cut so far. */
  cuts = 0;

  private constructor(private readonly server: Server, private readonly target: URL) {}

  /** Listens on a free local port in front of the server of `url`. */
  static async start(url: string): Promise<CutProxy> {
    const server = createServer();
    const proxy = new CutProxy(server, new URL(url));
    server.on('connection', (client) => proxy.join(client));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  /** The database URL through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Cuts the next `times` connections whose client sends bytes that contain `word`. */
  cutAt(word: string, cut: Cut, times = 1): void {
    this.plan = { word, cut, times };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  private join(client: Socket): void {
    const upstream = connect(Number(this.target.port || 5432), this.target.hostname);
    for (const [socket, peer] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => { this.sockets.delete(socket); peer.end(); });
    }
    upstream.on('data', (bytes) => { if (!client.destroyed) client.write(bytes); });
    client.on('data', (bytes) => {
      const cut = this.due(bytes);
      if (cut !== 'before') upstream.write(bytes);
      if (cut !== undefined) client.destroy();
    });
  }

  private due(bytes: Buffer): Cut | undefined {
    if (this.plan === undefined || this.plan.times === 0 || !bytes.includes(this.plan.word)) return undefined;
    this.plan.times--;
    this.cuts++;
    return this.plan.cut;
  }
}
