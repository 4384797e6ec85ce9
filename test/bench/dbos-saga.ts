// The saga on the leading open Postgres engine, as its manual writes it: each step is a checkpoint. Its rows are plain
// inserts inside a step, which is cheaper for it than its exactly-once transactions, and so in its favour.
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';

const CONNECTIONS = 20;

/** Runs one saga under a business key, from start to end. */
export type SagaEngine = (id: string) => Promise<void>;

interface Order { id: string; sku: string; quantity: number }

async function saga(order: Order, rows: pg.Pool): Promise<string> {
  const { id } = order;
  await DBOS.runStep(async () => order.quantity > 0, { name: 'validate' });
  const price = await DBOS.runStep(async () => order.quantity * 1234, { name: 'price' });
  await DBOS.runStep(async () => {
    await rows.query({
      name: 'reserve', text: 'INSERT INTO reservation (order_id, sku, quantity) VALUES ($1, $2, $3)',
      values: [id, order.sku, order.quantity],
    });
  }, { name: 'reserve' });
  const erpOrder = await DBOS.runStep(async () => `so-${id}`, { name: 'create ERP order' });
  await DBOS.runStep(async () => {
    await rows.query({
      name: 'publish', text: 'INSERT INTO published (order_id, erp_order, price) VALUES ($1, $2, $3)',
      values: [id, erpOrder, price],
    });
  }, { name: 'publish' });
  await DBOS.runStep(async () => `sf-${id}`, { name: 'update Salesforce' });
  return erpOrder;
}

/** Starts the engine; its own tables lie in a schema of the same database. */
export async function openDbos(url: string, resources: AsyncDisposableStack): Promise<SagaEngine> {
  const rows = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  rows.on('error', () => undefined); // told of connections that the database's end closes for it
  resources.defer(() => rows.end());
  DBOS.setConfig({
    name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: CONNECTIONS, logLevel: 'error', enableOTLP: false,
  });
  const workflow = DBOS.registerWorkflow((order: Order) => saga(order, rows), { name: 'saga' });
  await DBOS.launch();
  resources.defer(() => DBOS.shutdown());
  return async (id) => {
    const handle = await DBOS.startWorkflow(workflow, { workflowID: id })({ id, sku: 'SKU-0001', quantity: 2 });
    await handle.getResult();
  };
}
