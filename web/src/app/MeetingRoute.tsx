import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { api, isApiError, type MeetingLink } from "../api";
import { Left } from "../features/left";
import { PreJoin, type JoinChoice } from "../features/pre-join";
import { Unreachable } from "../features/unreachable";
import { useText } from "../i18n";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";

type Looked =
  | { readonly state: "looking" }
  | { readonly state: "found"; readonly link: MeetingLink }
  | { readonly state: "unknown" }
  | { readonly state: "failed" };

async function look(code: string): Promise<Looked> {
  try {
    return { state: "found", link: await api.meetingLink(code) };
  } catch (error) {
    const isUnknown = isApiError(error, "meeting-unknown", "not-found");
    return { state: isUnknown ? "unknown" : "failed" };
  }
}

/** A meeting's link: the page before the room, the room, and the page after it. */
export function MeetingRoute() {
  const text = useText();
  const code = useParams()["code"] ?? "";
  const [looked, setLooked] = useState<Looked>({ state: "looking" });
  const [choice, setChoice] = useState<JoinChoice | null>(null);
  useEffect(() => {
    void look(code).then(setLooked);
  }, [code]);

  if (choice !== null) return <Left reason="left" onRejoin={() => setChoice(null)} />;
  switch (looked.state) {
    case "found":
      return <PreJoin code={code} link={looked.link} onJoin={setChoice} />;
    case "unknown":
      return <Left reason="unknown" />;
    case "failed":
      return <Unreachable onTryAgain={() => void look(code).then(setLooked)} />;
    case "looking":
      return (
        <Page title={text("preJoin.title")}>
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}
