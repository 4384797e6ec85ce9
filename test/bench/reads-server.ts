// The bar for reading an order: bare Fastify that answers a row by its primary key, in a process of its own; its parent
// ends it.
import Fastify from 'fastify';
import pg from 'pg';

const CONNECTIONS = 20;

const pool = new pg.Pool({ connectionString: process.argv[2], max: CONNECTIONS });
pool.on('error', () => undefined); // told of connections that the database's end closes for it
const app = Fastify();
app.get<{ Params: { id: string } }>('/storefront/v1/orders/:id', async ({ params }) => {
  const { rows: [order] } = await pool.query<Record<string, unknown>>({
    name: 'order', text: 'select * from orders."order" where id = $1', values: [params.id],
  });
  return order;
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.once('disconnect', () => process.exit(0));
process.send!({ url });
