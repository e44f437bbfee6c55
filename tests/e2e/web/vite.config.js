import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** What the page calls stands behind the server that it comes from, as it would behind a proxy. */
export default defineConfig({
  plugins: [react()],
  preview: { host: "127.0.0.1", port: 0, proxy: { "/api": process.env.ACTIONARY_ADDRESS ?? "" } },
});
