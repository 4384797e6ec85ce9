// Goes straight to an order by its number or id, as an agent reads it from an e-mail or hears it on the phone.
import { useState, type FormEvent } from 'react';
import { TextInput } from '@mantine/core';
import { useNavigate } from 'react-router';
import { answerOf } from '../api/apis';
import { ProblemError } from '../api/problem';
import { useConsole } from '../session/console-context';
import { SearchIcon } from '../shell/icons';

const NOT_FOUND = 404;

export function FindOrder() {
  const { apis } = useConsole();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();

  async function find(event: FormEvent) {
    event.preventDefault();
    const orderId = text.trim();
    if (orderId === '') return;
    try {
      const path = { orderId: orderId.startsWith('ord_') ? orderId : orderId.toUpperCase() };
      const order = await answerOf(apis.orders.GET('/process/orders/v1/orders/{orderId}', { params: { path } }));
      await navigate(`/orders/${order.id}`);
    } catch (error) {
      const missing = error instanceof ProblemError && error.status === NOT_FOUND;
      setProblem(missing ? `There is no order ${orderId}.` : error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form role="search" onSubmit={(event) => void find(event)}>
      <TextInput type="search" aria-label="Find an order by its number" placeholder="Order number, then Enter"
        leftSection={<SearchIcon />} value={text} error={problem}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem(undefined);
        }} />
    </form>
  );
}
