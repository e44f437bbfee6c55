/** Writes credentials as the header of their scheme has them; without one there is no header. */

import type { BasicCredential, Credential, Given, HeaderValues } from "./options.js";

export async function bearer(credential: Credential): Promise<HeaderValues> {
  const token = await given(credential);
  return { authorization: token && `Bearer ${token}` };
}

export async function apiKey(header: string, credential: Credential): Promise<HeaderValues> {
  return { [header]: (await given(credential)) || undefined };
}

/** Write a name and a password as base64 of their UTF-8. */
export async function basic(credential: Credential<BasicCredential>): Promise<HeaderValues> {
  const user = await given(credential);
  if (!user) return {};
  const bytes = new TextEncoder().encode(`${user.username}:${user.password}`);
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

/** Give a value, or what the function gives that stands for it. */
function given<Value>(value: Given<Value>): Value | Promise<Value> {
  // What is given here is never a function itself.
  return typeof value === "function" ? (value as () => Value | Promise<Value>)() : value;
}
