import type { ListedPerson, RefusedLine } from "../../api";
import { useText, type MessageId, type Text } from "../../i18n";
import { Checkbox } from "../../ui/Checkbox";
import { Select } from "../../ui/Select";
import { DECISIONS, decisionOf, decisionsFor, type Decision } from "./list";
import styles from "./Meeting.module.css";
import type { ListAccess } from "./useList";

interface ListPeopleProps {
  id: string;
  title: MessageId;
  people: readonly ListedPerson[];
  list: ListAccess;
}

/** People of a list, each with what becomes of them. */
export function ListPeople({ id, title, people, list }: ListPeopleProps) {
  const text = useText();
  if (people.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h4 id={id}>{text(title, { count: people.length })}</h4>
      <ul className={styles.listed}>
        {people.map((person) => (
          <Person
            key={`${person.line} ${person.name}`}
            person={person}
            decision={decisionOf(person, list.decisions)}
            onDecide={(decision) => list.decide(person.line, decision)}
          />
        ))}
      </ul>
    </section>
  );
}

interface PersonProps {
  person: ListedPerson;
  decision: Decision;
  onDecide: (decision: Decision) => void;
}

function Person({ person, decision, onDecide }: PersonProps) {
  const text = useText();
  const options = decisionsFor(person);
  const emails = [person.email, ...person.more_emails].filter((one) => one !== null);
  return (
    <li>
      <div className={styles.words}>
        <div className={styles.name}>{person.name}</div>
        {emails.length > 0 && <div className={styles.small}>{emails.join(" · ")}</div>}
        <div className={styles.small}>{text("list.line", { line: person.line })}</div>
        {remarksOn(person, text).map((remark) => (
          <div key={remark} className={styles.remark}>
            {remark}
          </div>
        ))}
      </div>
      {options[0] === "add" ? (
        <Checkbox
          isChecked={decision === "add"}
          onChange={(isAdded) => onDecide(isAdded ? "add" : "leave")}
          aria-label={text("list.include", { name: person.name })}
        >
          {text("list.decision.add")}
        </Checkbox>
      ) : (
        <Select
          label={text("list.decide", { name: person.name, line: person.line })}
          isLabelHidden
          value={decision}
          options={options.map((one) => ({ value: one, label: text(`list.decision.${one}`) }))}
          onChange={(value) => {
            const chosen = DECISIONS.find((one) => one === value);
            if (chosen !== undefined) onDecide(chosen);
          }}
        />
      )}
    </li>
  );
}

function remarksOn(person: ListedPerson, text: Text): readonly string[] {
  const { known, twice_of } = person;
  const there = known === null ? [] : [text(`list.known.${known.how}`, { email: known.email ?? "" })];
  return [
    ...there,
    ...person.doubts.map((doubt) => text(`list.doubt.${doubt}`, { line: twice_of ?? person.line })),
  ];
}

/** Lines that are nobody: where, what stands there, and why. */
export function RefusedLines({ lines }: { lines: readonly RefusedLine[] }) {
  const text = useText();
  if (lines.length === 0) return null;
  return (
    <section aria-labelledby="list-refused">
      <h4 id="list-refused">{text("list.refused", { count: lines.length })}</h4>
      <ul className={styles.listed}>
        {lines.map((refused) => (
          <li key={`${refused.line} ${refused.text}`}>
            <div className={styles.words}>
              <div className={styles.small}>{placeOf(refused, text)}</div>
              {refused.text !== "" && <q className={styles.quote}>{refused.text}</q>}
              <div className={styles.remark}>{text(`list.reason.${refused.reason}`)}</div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function placeOf({ line, column, cell }: RefusedLine, text: Text): string {
  if (cell !== null) return text("list.cell", { cell });
  return column === null ? text("list.line", { line }) : text("list.field", { line, column });
}
