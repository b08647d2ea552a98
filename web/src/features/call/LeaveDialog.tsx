import { useIntl } from "react-intl";
import { useState, type FormEvent } from "react";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choice } from "../../ui/Choice";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { useCall, useRoomParts } from "./CallContext";
import { heirsOf, whatFollows } from "./leaving";
import styles from "./PersonDialogs.module.css";

const NOBODY = "nobody";

/** Before a host goes: to whom the meeting goes, or whether it ends. Participants are asked nothing. */
export function LeaveDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const intl = useIntl();
  const call = useCall();
  const { others, settings, may } = useRoomParts("others", "settings", "may");
  const heirs = may.is_host ? heirsOf(others) : [];
  const [chosen, setChosen] = useState<string>(heirs.find((one) => one.role === "cohost")?.id ?? NOBODY);
  // Who went meanwhile inherits nothing.
  const heir = heirs.find((one) => one.id === chosen)?.id ?? NOBODY;
  const kind = settings.kind === "class" ? "class" : "meeting";

  function leave(event: FormEvent) {
    event.preventDefault();
    if (heir !== NOBODY) call.ask({ type: "set-role", participant_id: heir, role: "host" });
    call.dispatch({ type: "leave" });
  }

  const { what, names } = whatFollows(others, settings.rules.supervised);
  const after = text(`call.leave.after.${what}`, { names: intl.formatList(names) });
  return (
    <Dialog title={text(`call.leave.title.${kind}`)} isOpen onClose={onClose} isAlert>
      <form onSubmit={leave} className={styles.form}>
        {heirs.length > 0 ? (
          <Choice
            label={text("call.leave.whom")}
            layout="list"
            value={heir}
            options={[
              ...heirs.map(({ id, name }) => ({
                value: String(id),
                label: text("call.leave.heir", { name }),
              })),
              { value: NOBODY, label: after },
            ]}
            onChange={setChosen}
          />
        ) : (
          <p>{after}</p>
        )}
        <DialogActs>
          <Button onPress={onClose}>{text("call.leave.stay")}</Button>
          {may.is_host && (
            <Button kind="danger" onPress={() => call.ask({ type: "end" })}>
              {text("safety.end")}
            </Button>
          )}
          <Button type="submit" kind="primary" autoFocus>
            {text("call.leave")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
