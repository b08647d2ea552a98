import { api } from "../../api";
import { useText } from "../../i18n";
import { CopyInvitation } from "../../invite";
import type { ButtonKind } from "../../ui/Button";
import { useRoomParts } from "./CallContext";

export interface InviteProps {
  link: string;
  kind?: ButtonKind;
}

/** How others are asked in: by the one link where the rules open it; else the host makes a personal one. */
export function Invite({ link, kind }: InviteProps) {
  const { may, meeting, settings } = useRoomParts("may", "meeting", "settings");
  const text = useText();
  const isOpen = settings.rules.open_link;
  const code = meeting?.code ?? null;
  if (!isOpen && (!may.is_host || code === null)) return null;
  return (
    <CopyInvitation
      kind={kind}
      title={meeting?.title || text("call.untitled")}
      link={link}
      isOpen={isOpen}
      findId={async () => (await api.meetings()).find((one) => one.code === code)?.id ?? null}
      pagePath={`/meetings/${code ?? ""}`}
    />
  );
}
