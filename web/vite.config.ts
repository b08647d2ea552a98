import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `preau.meet` listens while the client is being worked on. */
const SERVER = process.env["PREAU_DEV_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/preau/meet/static",
    emptyOutDir: true,
    // The Content-Security-Policy allows fonts and scripts from this origin only: nothing is inlined as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 800,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: SERVER, ws: true },
      "/rtc": { target: SERVER, ws: true },
      "/twirp": { target: SERVER },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
  },
});
