import type { MessageId } from "../../i18n";
import type { Obstacle } from "../../room/rights";
import type { Source } from "../../room/sources";

/** Why a source cannot be turned on just now. */
export function obstacleWords(what: Source | "chat", obstacle: Obstacle): MessageId {
  return obstacle === "rule" ? `safety.obstacle.rule.${what}` : `safety.obstacle.${obstacle}`;
}
