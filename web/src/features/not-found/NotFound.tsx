import { useText } from "../../i18n";
import { DeadEnd } from "../../ui/DeadEnd";

export function NotFound() {
  const text = useText();
  return <DeadEnd title={text("notFound.title")} lead={text("notFound.lead")} />;
}
