"use client";

/** Gives a page its client, and hears of what others change. */

import { type QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import {
  type Context,
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import type { Connection } from "../connection.js";
import { type ActionClient, pageOf } from "./client.js";
import { hear, type Subscribe } from "./hear.js";

/** What an `ActionProvider` takes. */
export interface SilentProviderProps {
  /** What `createClient` or `connect` gave: the same one at each rendering. */
  readonly client: Connection;
  /** What React Query reads into; that of a `QueryClientProvider` around it unless given. */
  readonly queryClient?: QueryClient | undefined;
  readonly children?: ReactNode;
}

/** What an `ActionProvider` takes where the server tells of changes. */
export interface ListeningProviderProps extends SilentProviderProps {
  /** Whether it hears of changes by others; true unless given. */
  readonly listen?: boolean | undefined;
  /** Told when it hears of nothing any more, such as where the server refuses; `console.warn` unless given. */
  readonly onListenError?: ((error: unknown) => void) | undefined;
}

/** A component that takes children. */
export type Provider<Props> = (props: Props) => ReactElement;

const PageContext: Context<ActionClient | undefined> = createContext<ActionClient | undefined>(undefined);

/** The clients of what is shown, the latest one last. */
const shown: ActionClient[] = [];

// Before the effects of what is inside, though not before its layout effects; on a server there are
// none, and React 18 would warn.
const useEarlyEffect: typeof useEffect =
  (globalThis as { document?: unknown }).document === undefined ? useEffect : useLayoutEffect;

/** Provide a client to the hooks inside. */
export function SilentProvider({ client, queryClient, children }: SilentProviderProps): ReactElement {
  const cache = useQueryClient(queryClient);
  const own = useMemo(() => pageOf(client, cache), [client, cache]);
  useEarlyEffect(() => {
    shown.push(own);
    return () => void shown.splice(shown.lastIndexOf(own), 1);
  }, [own]);
  return createElement(
    QueryClientProvider,
    { client: cache },
    createElement(PageContext.Provider, { value: own }, children),
  );
}

/** Make a provider that hears of changes, too. */
export function listeningProvider(subscribe: Subscribe): Provider<ListeningProviderProps> {
  function Listener({ onListenError }: Pick<ListeningProviderProps, "onListenError">): null {
    const client = useActionClient();
    const onError = useRef(onListenError);
    useEffect(() => {
      onError.current = onListenError;
    }, [onListenError]);
    useEffect(() => {
      const controller = new AbortController();
      hear(subscribe, client, controller.signal).catch((error: unknown) => {
        if (!controller.signal.aborted) (onError.current ?? warn)(error);
      });
      return () => controller.abort();
    }, [client]);
    return null;
  }
  return function ActionProvider({ listen = true, onListenError, children, ...props }) {
    const listener = listen ? createElement(Listener, { onListenError }) : null;
    return createElement(SilentProvider, props, listener, children);
  };
}

function warn(error: unknown): void {
  console.warn("changes by others are heard no more:", error);
}

/**
 * Give the client of the page. What is changed by `actionMutation` with it is read anew.
 *
 * @throws Error outside of an `ActionProvider`.
 */
export function useActionClient(): ActionClient {
  const client = useContext(PageContext);
  if (client) return client;
  throw new Error("there is no client here; put an <ActionProvider client={...}> around what uses actions");
}

/** Give the client of the latest page that is shown. */
export function shownClient(): ActionClient {
  const client = shown.at(-1);
  if (client) return client;
  throw new Error(
    "no <ActionProvider> is shown, so callAction has no client; outside of pages, call the client itself",
  );
}
