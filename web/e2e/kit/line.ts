/** The line between browsers and servers: cut so that nothing arrives any more and nobody is told. Needs root. */

import { execFileSync } from "node:child_process";

/** Drops whatever comes to or from these ports of this machine; answers what mends the line again. */
export function cutLine(ports: readonly number[]): () => void {
  const table = `preau_cut_${process.pid}`;
  const those = `{ ${ports.join(", ")} }`;
  const rules = [
    `table inet ${table} {`,
    "  chain input {",
    "    type filter hook input priority 0;",
    `    meta l4proto { tcp, udp } th dport ${those} drop`,
    `    meta l4proto { tcp, udp } th sport ${those} drop`,
    "  }",
    "}",
  ];
  execFileSync("nft", ["--file", "-"], { input: rules.join("\n") });
  let is_cut = true;
  return () => {
    if (is_cut) execFileSync("nft", ["delete", "table", "inet", table]);
    is_cut = false;
  };
}
