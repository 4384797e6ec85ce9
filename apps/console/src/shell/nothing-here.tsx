// The answer to an address the console does not have.
import { Text, Title } from '@mantine/core';
import { Link } from 'react-router';

export function NothingHere() {
  return (
    <div>
      <title>Nothing here · Throughline</title>
      <Title order={1}>Nothing here</Title>
      <Text mt="xs">This address belongs to no page. <Link to="/">See the orders</Link></Text>
    </div>
  );
}
