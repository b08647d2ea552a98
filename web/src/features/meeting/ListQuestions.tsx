import { useText } from "../../i18n";
import { Choice } from "../../ui/Choice";
import type { ListPreviewProps } from "./ListPreview";

/** Which of several sheets the list is. */
export function SheetChoice({ list, preview }: ListPreviewProps) {
  const text = useText();
  const { sheets, sheet } = preview;
  if (sheets.length < 2) return null;
  return (
    <Choice
      label={text("list.sheet")}
      layout="list"
      value={sheet === null ? null : String(sheet)}
      options={sheets.map(({ name, is_concealed, line_count }, index) => ({
        value: String(index),
        label: text(is_concealed ? "list.sheet.hidden" : "list.sheet.one", { name, count: line_count }),
      }))}
      // What was said of the columns of another sheet says nothing about this one.
      onChange={(chosen) =>
        list.choose({
          sheet: Number(chosen),
          columns: undefined,
          order: undefined,
          head: undefined,
          concealed: undefined,
        })
      }
    />
  );
}

/** Whether people whose lines are hidden in the sheet are meant too. */
export function HiddenChoice({ list, preview }: ListPreviewProps) {
  const text = useText();
  const { concealed } = list.choices;
  if (preview.concealed_count === 0) return null;
  return (
    <Choice
      label={text("list.hidden", { count: preview.concealed_count })}
      value={concealed === undefined ? null : concealed ? "take" : "leave"}
      options={[
        { value: "leave", label: text("list.hidden.leave") },
        { value: "take", label: text("list.hidden.take") },
      ]}
      onChange={(chosen) => list.choose({ concealed: chosen === "take" })}
    />
  );
}
