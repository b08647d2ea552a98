import { useCallback, useEffect, useState } from "react";
import type { AuditPage, AuditQuery, AuditRecord } from "../api";
import { useErrorText, useText } from "../i18n";
import { Button } from "../ui/Button";
import { Loading } from "../ui/Loading";
import { Notice } from "../ui/Notice";
import { Select } from "../ui/Select";
import { TextField } from "../ui/TextField";
import { ACT_KINDS } from "./acts";
import styles from "./Acts.module.css";
import { csvOf } from "./csv";
import { useActWords, type Names } from "./words";

type Find = (query: AuditQuery) => Promise<AuditPage>;

interface Person {
  readonly id: string;
  readonly name: string;
}

interface Wanted {
  readonly kind: string;
  readonly outcome: string;
  readonly since: string;
  readonly until: string;
  readonly person: Person | null;
}

const EVERYTHING: Wanted = { kind: "all", outcome: "all", since: "", until: "", person: null };

/** A day as the person's clock has it; with `days` later ones. */
function momentOf(day: string, days = 0): string {
  const moment = new Date(`${day}T00:00:00`);
  moment.setDate(moment.getDate() + days);
  return moment.toISOString();
}

function queryOf({ kind, outcome, since, until, person }: Wanted): AuditQuery {
  return {
    ...(kind !== "all" && { kind }),
    ...(outcome !== "all" && { allowed: outcome === "done" }),
    ...(since !== "" && { since: momentOf(since) }),
    ...(until !== "" && { until: momentOf(until, 1) }),
    ...(person !== null && { person: person.id }),
  };
}

interface Read {
  readonly records: readonly AuditRecord[];
  readonly names: Names;
  readonly next: number | null;
}

const NOTHING_READ: Read = { records: [], names: {}, next: null };

function joined(before: Read, page: AuditPage): Read {
  return {
    records: [...before.records, ...page.records],
    names: { ...before.names, ...page.names },
    next: page.next,
  };
}

function useActs(find: Find, wanted: Wanted) {
  const [read, setRead] = useState<Read | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isWanted = true;
    find(queryOf(wanted)).then(
      (page) => {
        if (!isWanted) return;
        setError(null);
        setRead(joined(NOTHING_READ, page));
      },
      (reason: unknown) => {
        if (isWanted) setError(reason);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [find, wanted]);
  const readOn = useCallback(async () => {
    if (read === null || read.next === null) return;
    try {
      const page = await find({ ...queryOf(wanted), before: read.next });
      setRead(joined(read, page));
    } catch (reason) {
      setError(reason);
    }
  }, [find, wanted, read]);
  return { read, error, setError, readOn };
}

export interface ActsProps {
  /** Asks for a page; another function begins anew. */
  find: Find;
  label: string;
}

/** What was done and refused, in words: the newest first, by kind, outcome, day and person, in pages. */
export function Acts({ find, label }: ActsProps) {
  const text = useText();
  const errorText = useErrorText();
  const [wanted, setWanted] = useState(EVERYTHING);
  const { read, error, setError, readOn } = useActs(find, wanted);
  const save = useSaving(find, wanted);
  return (
    <div className={styles.acts}>
      <Filters wanted={wanted} onChange={setWanted} />
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {read === null && error === null && <Loading>{text("frame.loading")}</Loading>}
      {read !== null && (
        <>
          <p role="status" className={styles.small}>
            {text("audit.count", { count: read.records.length })}
          </p>
          <Table read={read} label={label} onPerson={(person) => setWanted({ ...wanted, person })} />
          <div className={styles.row}>
            {read.next !== null && <Button onPress={() => void readOn()}>{text("audit.older")}</Button>}
            {read.records.length > 0 && (
              <Button kind="quiet" onPress={() => void save().catch(setError)}>
                {text("audit.save")}
              </Button>
            )}
          </div>
        </>
      )}
    </div>
  );
}

function Filters({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const text = useText();
  const kinds = [
    { value: "all", label: text("audit.kind.all") },
    ...ACT_KINDS.map((kind) => ({ value: kind, label: text(`audit.kind.${kind}`) })),
  ];
  const outcomes = (["all", "done", "refused"] as const).map((outcome) => ({
    value: outcome,
    label: text(`audit.outcome.${outcome}`),
  }));
  const change = (part: Partial<Wanted>) => onChange({ ...wanted, ...part });
  return (
    <>
      <div className={styles.filters}>
        <Select
          label={text("audit.kind")}
          value={wanted.kind}
          options={kinds}
          onChange={(kind) => change({ kind })}
        />
        <Select
          label={text("audit.outcome")}
          value={wanted.outcome}
          options={outcomes}
          onChange={(outcome) => change({ outcome })}
        />
        <TextField
          label={text("audit.since")}
          type="date"
          value={wanted.since}
          onChange={(since) => change({ since })}
        />
        <TextField
          label={text("audit.until")}
          type="date"
          value={wanted.until}
          onChange={(until) => change({ until })}
        />
      </div>
      {wanted.person !== null && (
        <div className={styles.row}>
          <span>{text("audit.person", { name: wanted.person.name })}</span>
          <Button onPress={() => change({ person: null })}>{text("audit.person.clear")}</Button>
        </div>
      )}
    </>
  );
}

interface TableProps {
  read: Read;
  label: string;
  onPerson: (person: Person) => void;
}

function Table({ read, label, onPerson }: TableProps) {
  const text = useText();
  if (read.records.length === 0) return null;
  return (
    // It scrolls sideways where it must, and so the keyboard has to reach it.
    <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{text("meeting.audit.when")}</th>
            <th scope="col">{text("meeting.audit.what")}</th>
            <th scope="col">{text("meeting.audit.who")}</th>
            <th scope="col">{text("audit.about")}</th>
            <th scope="col">{text("meeting.audit.result")}</th>
          </tr>
        </thead>
        <tbody>
          {read.records.map((record) => (
            <Row key={record.number} record={record} names={read.names} onPerson={onPerson} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<TableProps, "onPerson"> {
  record: AuditRecord;
  names: Names;
}

function Row({ record, names, onPerson }: RowProps) {
  const text = useText();
  const words = useActWords()(record, names);
  const id = record.actor_id ?? record.participant_id;
  return (
    <tr>
      <td>{words.at}</td>
      <td>
        {words.what}
        {words.times !== "" && ` (${words.times})`}
      </td>
      <td>
        {id === null ? (
          words.who
        ) : (
          <Button
            kind="quiet"
            className={styles.who}
            aria-label={text("audit.only", { name: words.who })}
            onPress={() => onPerson({ id, name: words.who })}
          >
            {words.who}
          </Button>
        )}
      </td>
      <td>{words.about}</td>
      <td className={record.allowed ? undefined : styles.refused}>{words.outcome}</td>
    </tr>
  );
}

/** A file for a spreadsheet has so many pages at most. */
const MOST_PAGES = 200;

/** Saves all that is wanted, also what is not shown yet, in the words of the page. */
function useSaving(find: Find, wanted: Wanted): () => Promise<void> {
  const text = useText();
  const words = useActWords();
  return async () => {
    let read = NOTHING_READ;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = queryOf(wanted);
      read = joined(read, await find(read.next === null ? query : { ...query, before: read.next }));
      if (read.next === null) break;
    }
    const head = [
      text("meeting.audit.when"),
      text("meeting.audit.what"),
      text("audit.times", { count: 2 }).replace("2", "").trim(),
      text("meeting.audit.who"),
      text("audit.about"),
      text("meeting.audit.result"),
    ];
    const rows = read.records.map((record) => {
      const said = words(record, read.names);
      return [record.at, said.what, String(record.times), said.who, said.about, said.outcome];
    });
    const url = URL.createObjectURL(new Blob([csvOf([head, ...rows])], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${text("audit.file")}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
}
