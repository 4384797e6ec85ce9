// What stands before a split house in production: one address that sends each path to the process that serves it.
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';

const TIMEOUT_MS = 30_000;

export interface Ingress {
  close(): Promise<void>;
}

/** @param targetOf base URL of the process that serves a path */
export async function startIngress(port: number, targetOf: (path: string) => string): Promise<Ingress> {
  const agent = new Agent({ keepAlive: true });
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const target = new URL(request.url ?? '/', targetOf(request.url ?? '/'));
    const options = { method: request.method, headers: request.headers, agent, timeout: TIMEOUT_MS };
    const upstream = forward(target, options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('timeout', () => upstream.destroy());
    upstream.on('error', () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  };
  const server = createServer(pass);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
