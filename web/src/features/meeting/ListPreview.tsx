import { useEffect, useRef, useState } from "react";
import type { ListPreview as Preview } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Notice } from "../../ui/Notice";
import { isDoubtful, linkCount, peopleToInvite } from "./list";
import { ListColumns } from "./ListColumns";
import { ListPeople, RefusedLines } from "./ListPeople";
import { HiddenChoice, SheetChoice } from "./ListQuestions";
import styles from "./Meeting.module.css";
import type { ListAccess } from "./useList";

export interface ListPreviewProps {
  list: ListAccess;
  preview: Preview;
}

/** What was understood of a list, with what is doubtful first; links are made from here. */
export function ListPreview({ list, preview }: ListPreviewProps) {
  const text = useText();
  const errorText = useErrorText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { people } = preview;
  const isChosen = preview.sheets.length === 0 || preview.sheet !== null;
  const doubtful = people.filter(isDoubtful);
  return (
    <section className={styles.preview} aria-labelledby="list-preview">
      <h3 id="list-preview" ref={heading} tabIndex={-1}>
        {text(isChosen ? "list.understood" : "list.sheet", { count: people.length })}
      </h3>
      <SheetChoice list={list} preview={preview} />
      <HiddenChoice list={list} preview={preview} />
      {preview.is_encoding_guessed && <Notice kind="attention">{text("list.encoding")}</Notice>}
      {preview.columns.length > 0 && <ListColumns list={list} preview={preview} />}
      <ListPeople id="list-doubtful" title="list.doubtful" people={doubtful} list={list} />
      <ListPeople
        id="list-clear"
        title="list.clear"
        people={people.filter((person) => !isDoubtful(person))}
        list={list}
      />
      <RefusedLines lines={preview.refused} />
      {list.error !== null && <Notice kind="trouble">{errorText(list.error)}</Notice>}
      {list.problems.length > 0 && (
        <Notice kind="trouble">
          <ul>
            {list.problems.map(({ name, field }) => (
              <li key={`${name} ${field}`}>{text(`list.problem.${field}`, { name })}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Make list={list} preview={preview} />
    </section>
  );
}

/** The one act, once every question has its answer. */
function Make({ list, preview }: ListPreviewProps) {
  const text = useText();
  const [isAsked, setAsked] = useState(false);
  const { people, places_left } = preview;
  const count = linkCount(people, list.decisions);
  const changes = peopleToInvite(people, list.decisions).length;
  const isOpen = preview.concealed_count > 0 && list.choices.concealed === undefined;
  const isFull = count > places_left;
  return (
    <>
      {isFull && <Notice kind="attention">{text("list.full", { count: Math.max(0, places_left) })}</Notice>}
      {isAsked && isOpen && <Notice kind="trouble">{text("list.hidden.missing")}</Notice>}
      <div className={classes(styles.acts, styles.always)}>
        {changes > 0 && !isFull && (
          <Button
            kind="primary"
            isPending={list.isBusy}
            onPress={() => (isOpen ? setAsked(true) : list.make())}
          >
            {count === 0 ? text("list.apply") : text("list.make", { count })}
          </Button>
        )}
        <Button onPress={list.forget}>{text("list.back")}</Button>
      </div>
    </>
  );
}
