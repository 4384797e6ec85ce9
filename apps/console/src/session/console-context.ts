// What every page needs: for all of them the door (who one is, and how to become somebody), and for those of who has
// signed in the session, API clients and the live event stream.
import { createContext, useContext } from 'react';
import type { Apis } from '../api/apis';
import type { EventStream } from '../api/event-stream';
import type { ConsoleConfig, Credentials } from './console-config';
import type { Session } from './session';

export interface Door {
  config: ConsoleConfig;
  /** Undefined while nobody has signed in. */
  session: Session | undefined;
  /** @throws ProblemError when the house refuses the credentials */
  enter: (credentials: Credentials) => Promise<void>;
  /** True when one has signed in, and is not just the demo consumer of the sandbox. */
  mayLeave: boolean;
  leave: () => void;
}

export interface ConsoleServices {
  config: ConsoleConfig;
  session: Session;
  apis: Apis;
  stream: EventStream;
}

export const DoorContext = createContext<Door | undefined>(undefined);
export const ConsoleContext = createContext<ConsoleServices | undefined>(undefined);

export function useDoor(): Door {
  const door = useContext(DoorContext);
  if (!door) throw new Error('useDoor outside of the console');
  return door;
}

export function useConsole(): ConsoleServices {
  const services = useContext(ConsoleContext);
  if (!services) throw new Error('useConsole outside of a signed-in console');
  return services;
}
