// Call the reference actions with the generated TypeScript client; the server's address is the argument.

import { createClient } from "actionary-reference-client";

const client = createClient({ baseUrl: process.argv[2] ?? "" });

const diary = await client.listMeals({ day: "2026-03-01", tags: ["vegan"] });
if (diary.ok) {
  console.log(`eaten: ${diary.data.meals.map((meal) => meal.name).join(", ")}`);
}

const order = await client.getOrder({ order_id: "o-0" });
if (!order.ok && order.code === "order_not_found") {
  console.log(`${order.code}: ${order.details.order_id}`);
}
