// Contract -> typed call, in process or over HTTP.
export { Clients, type Client, type Transport } from './client.js';
export { HttpTransport, resourcePath } from './http-transport.js';
