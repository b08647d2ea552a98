import { UserPlus } from "lucide-react";
import { useText } from "../../i18n";
import { LinkButton, type ButtonKind } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useRoomParts } from "./CallContext";
import { CopyLink } from "./CopyLink";

export interface InviteProps {
  link: string;
  kind?: ButtonKind;
}

/** How others are asked in: by the one link where the rules open it; else the host makes personal links, in a tab of its own. */
export function Invite({ link, kind }: InviteProps) {
  const { may, meeting, settings } = useRoomParts("may", "meeting", "settings");
  const text = useText();
  if (settings.rules.open_link) return <CopyLink link={link} kind={kind} />;
  if (!may.is_host || meeting === null) return null;
  return (
    <LinkButton to={`/meetings/${meeting.code}`} target="_blank" kind={kind}>
      <Icon of={UserPlus} />
      {text("safety.invite")}
    </LinkButton>
  );
}
