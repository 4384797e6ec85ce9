// Where one begins: who runs the house with its orders, a developer with the portal.
import { Navigate } from 'react-router';
import { OrdersPage } from '../orders/orders.page';
import { useConsole } from './console-context';

export function Home() {
  const { session } = useConsole();
  return session.may('platform:read') ? <OrdersPage /> : <Navigate to="/portal" replace />;
}
