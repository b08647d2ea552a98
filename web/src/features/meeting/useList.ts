import { useRef, useState } from "react";
import {
  api,
  type InvitationsMade,
  type Invitee,
  type ListChoices,
  type ListPreview,
  type Meeting,
} from "../../api";
import { peopleToInvite, problemsOf, type Decision, type Decisions, type Problem } from "./list";

const NOTHING_CHOSEN: ListChoices = {};

/** A list from its text or file to the links: what the server understands of it, and what somebody decides. */
export function useList(meeting: Meeting, isSent: boolean, onMade: (made: InvitationsMade) => void) {
  const reading = useReading(meeting);
  const [decisions, setDecisions] = useState<Decisions>(new Map());
  const making = useMaking(meeting, isSent, (made) => {
    reading.forget();
    onMade(made);
  });
  return {
    ...reading,
    decisions,
    error: reading.error ?? making.error,
    problems: making.problems,
    isBusy: reading.isBusy || making.isBusy,
    read(list: Blob) {
      setDecisions(new Map());
      reading.read(list);
    },
    decide(line: number, decision: Decision) {
      setDecisions((before) => new Map(before).set(line, decision));
    },
    make() {
      if (reading.preview !== null) making.make(peopleToInvite(reading.preview.people, decisions));
    },
  };
}

function useReading(meeting: Meeting) {
  const [source, setSource] = useState<Blob | null>(null);
  const [choices, setChoices] = useState(NOTHING_CHOSEN);
  const [preview, setPreview] = useState<ListPreview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const asked = useRef(0);

  function look(list: Blob, chosen: ListChoices) {
    const number = ++asked.current;
    // A slower answer to an earlier choice must not take the place of a later one.
    const ifNewest = (act: () => void) => {
      if (number === asked.current) act();
    };
    setChoices(chosen);
    setBusy(true);
    setError(null);
    api
      .previewList(meeting.id, list, chosen)
      .then(
        (found) => ifNewest(() => setPreview(found)),
        (reason: unknown) => ifNewest(() => setError(reason)),
      )
      .finally(() => ifNewest(() => setBusy(false)));
  }
  function read(list: Blob) {
    setSource(list);
    look(list, NOTHING_CHOSEN);
  }
  function choose(change: ListChoices) {
    if (source !== null) look(source, { ...choices, ...change });
  }
  function forget() {
    asked.current += 1;
    setSource(null);
    setPreview(null);
    setError(null);
    setBusy(false);
  }
  return { choices, preview, error, isBusy, read, choose, forget };
}

function useMaking(meeting: Meeting, isSent: boolean, onMade: (made: InvitationsMade) => void) {
  const [error, setError] = useState<unknown>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isBusy, setBusy] = useState(false);
  function make(people: readonly Invitee[]) {
    setBusy(true);
    setError(null);
    setProblems([]);
    api
      .invite(meeting.id, people, { send: isSent, from_list: true })
      .then(onMade, (reason: unknown) => {
        const found = problemsOf(reason, people);
        setProblems(found);
        setError(found.length === 0 ? reason : null);
      })
      .finally(() => setBusy(false));
  }
  return { error, problems, isBusy, make };
}

export type ListAccess = ReturnType<typeof useList>;
