/** A page on the reference actions: a diary, a shop, a letter that waits for the shopkeeper's yes. */

import { QueryClient } from "@tanstack/react-query";
import { createClient } from "actionary-reference-client";
import {
  ActionProvider,
  useActionInfiniteQuery,
  useActionMutation,
  useActionQuery,
} from "actionary-reference-client/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const client = createClient({ baseUrl: "/" });
const queryClient = new QueryClient();

function Diary() {
  const diary = useActionQuery("list_meals", { day: "2026-05-01" });
  const log = useActionMutation("log_meal");
  const eat = (name: string) =>
    log.mutate({ name, kind: "snack", kcal: 210, eaten_at: "2026-05-01T20:00:00Z" });
  return (
    <section aria-label="Diary">
      <p>{diary.data ? `${diary.data.total_kcal} kcal` : diary.status}</p>
      <ul>
        {diary.data?.meals.map((meal) => (
          <li key={meal.id}>{meal.name}</li>
        ))}
      </ul>
      <button type="button" onClick={() => eat("Toast")}>
        Eat toast
      </button>
    </section>
  );
}

function Shop() {
  const order = useActionMutation("create_order");
  const buy = () =>
    order.mutate({ lines: [{ product_id: "p-301" }], delivery: { method: "pickup", shop: "harbour" } });
  return (
    <section aria-label="Shop">
      <button type="button" onClick={buy}>
        Buy
      </button>
      {order.error?.code === "out_of_stock" && (
        <p role="alert">
          There are {order.error.details.available} of {order.error.details.product_id} left.
        </p>
      )}
    </section>
  );
}

function Letter() {
  const [approval, setApproval] = useState<string>();
  const send = useActionMutation("send_email", {
    call: { approval },
    onError: (error) => {
      if (error.code === "approval_required") setApproval(error.details.approval_key);
    },
  });
  const letter = { to: "jane@example.com", subject: "Your order", body: "It is on its way." };
  return (
    <section aria-label="Letter">
      <button type="button" onClick={() => send.mutate(letter)}>
        Send
      </button>
      <p>{send.data ? "Sent." : (send.error?.code ?? send.status)}</p>
    </section>
  );
}

function Shopkeeper() {
  const call = { auth: { shopkeeper: "open-sesame" } };
  const waiting = useActionInfiniteQuery("list_approvals", {}, { call });
  const approve = useActionMutation("approve_call", { call });
  return (
    <section aria-label="Shopkeeper">
      <p>{waiting.status}</p>
      {waiting.data?.pages.flatMap((page) =>
        page.approvals.map(({ key, action }) => (
          <button type="button" key={key} onClick={() => approve.mutate({ key })}>
            Approve {action}
          </button>
        )),
      )}
    </section>
  );
}

createRoot(document.getElementById("page") as HTMLElement).render(
  <StrictMode>
    <ActionProvider client={client} queryClient={queryClient}>
      <Diary />
      <Shop />
      <Letter />
      <Shopkeeper />
    </ActionProvider>
  </StrictMode>,
);
