import { useState } from "react";
import type { Share } from "../../room/view";
import type { ParticipantId } from "../../room/wire";
import { useText } from "../../i18n";
import { ToggleButton } from "../../ui/ToggleButton";
import styles from "./SharedScreens.module.css";
import { ScreenTile } from "./Tile";

/** The screen on stage: the newest, or the one chosen while it lasts. */
export function SharedScreens({ shares }: { shares: readonly Share[] }) {
  const text = useText();
  const [chosen, setChosen] = useState<ParticipantId | null>(null);
  const shown = shares.find((share) => share.person.id === chosen) ?? shares[shares.length - 1];
  if (shown === undefined) return null;
  const nameOf = ({ person }: Share) =>
    person.is_me ? text("call.tile.ownScreen") : text("call.tile.screen", { name: person.name });
  return (
    <div className={styles.screens}>
      {shares.length > 1 && (
        <div role="group" aria-label={text("call.shares")} className={styles.choice}>
          {shares.map((share) => (
            <ToggleButton
              key={share.person.id}
              isSelected={share === shown}
              onChange={() => setChosen(share.person.id)}
            >
              {nameOf(share)}
            </ToggleButton>
          ))}
        </div>
      )}
      <ScreenTile key={shown.person.id} share={shown} />
    </div>
  );
}
