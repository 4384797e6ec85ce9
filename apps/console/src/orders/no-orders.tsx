// What a person sees before the first order: the one command that places one, ready to be pasted.
import { Button, CopyButton, Group, Stack, Text, Title } from '@mantine/core';
import styles from './orders.module.css';

const ORDER = {
  customer: { customerId: 'CUS-0001' },
  currency: 'EUR',
  lines: [{ sku: 'SKU-0001', quantity: 1 }],
  shippingAddress: { name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' },
  payment: { method: 'card', token: 'pm_card_visa' },
};

function command(base: string): string {
  return [
    'TOKEN=$(curl -s -u storefront-demo:storefront-demo-secret -d grant_type=client_credentials \\',
    `  ${base}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${base}/storefront/v1/orders -H "Authorization: Bearer $TOKEN" \\`,
    '  -H "Idempotency-Key: \\"$(date +%s%N)\\"" -H \'Content-Type: application/json\' \\',
    `  -d '${JSON.stringify(ORDER)}'`,
  ].join('\n');
}

export function NoOrders({ sandbox }: { sandbox: boolean }) {
  const text = command(location.origin);
  return (
    <Stack className={styles['start']} gap="sm">
      <Title order={2}>No orders yet</Title>
      {sandbox ? (
        <>
          <Text size="sm" c="dimmed">
            Paste this into a terminal and the order appears here at once.{' '}
            <span className="mono">npm run demo</span> plays a whole business day.
          </Text>
          <pre className={styles['command']} tabIndex={0} aria-label="Command that places an order">{text}</pre>
          <Group>
            <CopyButton value={text}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>{copied ? 'Copied' : 'Copy command'}</Button>
              )}
            </CopyButton>
          </Group>
        </>
      ) : (
        <Text size="sm" c="dimmed">The first order of any channel appears here the moment it is captured.</Text>
      )}
    </Stack>
  );
}
