import { CirclePause, Info, Snowflake } from "lucide-react";
import type { RoomSettings } from "../../room/view";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/Icon";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./RoomBanner.module.css";
import { useDiffers } from "./SecurityPanel";

/** One line under the header about the state of the whole room: frozen, then paused, then what is not as safe as it was. */
export function RoomBanner() {
  const { settings, may } = useRoomParts("settings", "may");
  if (settings.is_frozen) return <Frozen isModerator={may.is_moderator} />;
  if (settings.is_paused) return <Paused isModerator={may.is_moderator} />;
  return may.is_moderator && settings.differing.length > 0 ? <Differs settings={settings} /> : null;
}

function Frozen({ isModerator }: { isModerator: boolean }) {
  const text = useText();
  const call = useCall();
  return (
    <section aria-label={text("safety.banner")} className={classes(styles.banner, styles.frozen)}>
      <Icon of={Snowflake} />
      <p>
        <strong>{text("safety.banner.frozen")}</strong>{" "}
        {text(`safety.banner.frozen.${isModerator ? "host" : "other"}`)}
      </p>
      {isModerator && <Button onPress={() => call.ask({ type: "thaw" })}>{text("safety.thaw")}</Button>}
    </section>
  );
}

function Paused({ isModerator }: { isModerator: boolean }) {
  const text = useText();
  return (
    <section aria-label={text("safety.banner")} className={classes(styles.banner, styles.paused)}>
      <Icon of={CirclePause} />
      <p>
        <strong>{text("safety.banner.paused")}</strong>{" "}
        {text(`safety.banner.paused.${isModerator ? "host" : "other"}`)}
      </p>
    </section>
  );
}

function Differs({ settings }: { settings: RoomSettings }) {
  const text = useText();
  const words = useDiffers(settings.differing);
  return (
    <section aria-label={text("safety.banner")} className={classes(styles.banner, styles.differs)}>
      <Icon of={Info} size={18} />
      <p>{words}</p>
    </section>
  );
}
