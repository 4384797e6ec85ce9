// What every page needs, made once after sign-in: configuration, session, API clients and the live event stream.
import { createContext, useContext } from 'react';
import type { Apis } from '../api/apis';
import type { EventStream } from '../api/event-stream';
import type { ConsoleConfig } from './console-config';
import type { Session } from './session';

export interface ConsoleServices {
  config: ConsoleConfig;
  session: Session;
  apis: Apis;
  stream: EventStream;
  signOut: () => void;
}

export const ConsoleContext = createContext<ConsoleServices | undefined>(undefined);

export function useConsole(): ConsoleServices {
  const services = useContext(ConsoleContext);
  if (!services) throw new Error('useConsole outside of a signed-in console');
  return services;
}
