// Stops an order while it can be stopped: asks why, says what will be undone, and sends it once however often it is
// pressed.
import { useRef, useState } from 'react';
import { Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { answerOf, newIdempotencyKey, type CancelReason, type Order } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { isOpen } from '../orders/order-words';
import { useConsole } from '../session/console-context';

const REASONS: { value: CancelReason; label: string }[] = [
  { value: 'customerRequest', label: 'The customer asked for it' },
  { value: 'duplicate', label: 'It is a duplicate' },
  { value: 'fraud', label: 'Fraud' },
  { value: 'outOfStock', label: 'Out of stock' },
  { value: 'paymentFailed', label: 'The payment failed' },
  { value: 'other', label: 'Another reason' },
];
const NOTE_MAX = 500;

/** An order can be cancelled until the warehouse begins to pick. */
const mayBeCancelled = (order: Order): boolean =>
  isOpen(order) && order.lines.every(({ counters }) => counters.picked === 0);

export function CancelOrder({ order, reload }: { order: Order; reload: () => void }) {
  const { session } = useConsole();
  const [open, setOpen] = useState(false);
  if (!mayBeCancelled(order) || !session.may('orders:write')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>Cancel order…</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Cancel ${order.orderNumber}`}
        closeButtonProps={{ 'aria-label': 'Close' }}>
        <CancelForm order={order} onDone={() => { setOpen(false); reload(); }} onKeep={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function CancelForm({ order, onDone, onKeep }: { order: Order; onDone: () => void; onKeep: () => void }) {
  const { apis } = useConsole();
  const [reason, setReason] = useState<CancelReason>('customerRequest');
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef(newIdempotencyKey());

  async function cancel() {
    setBusy(true);
    try {
      await answerOf(apis.orders.POST('/process/orders/v1/orders/{orderId}/cancel', {
        params: { path: { orderId: order.id }, header: { 'Idempotency-Key': key.current } },
        body: { reason, ...(note.trim() ? { note: note.trim() } : {}) },
      }));
      onDone();
    } catch (failure) {
      key.current = newIdempotencyKey();
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack>
      <Text size="sm">
        What was done is undone in reverse: stock is released, the ERP order rejected, the payment voided or refunded.
      </Text>
      <Select label="Reason" data={REASONS} value={reason} allowDeselect={false}
        onChange={(value) => setReason(value as CancelReason)} />
      <Textarea label="Note" description="Becomes part of the journey." autosize minRows={2} maxLength={NOTE_MAX}
        value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      {error !== undefined && <ProblemNote error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onKeep}>Keep order</Button>
        <Button color="red.9" loading={busy} onClick={() => void cancel()}>Cancel order</Button>
      </Group>
    </Stack>
  );
}
