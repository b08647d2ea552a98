import { ArrowLeftRight } from "lucide-react";
import { COLUMN_USES, NAME_ORDERS, type ColumnUse, type ListColumn } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Checkbox } from "../../ui/Checkbox";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { Select } from "../../ui/Select";
import { swapped } from "./list";
import type { ListPreviewProps } from "./ListPreview";
import styles from "./Meeting.module.css";

/** What the columns were taken for; each can be taken for something else. */
export function ListColumns({ list, preview }: ListPreviewProps) {
  const text = useText();
  const { columns, is_unsure } = preview;
  const uses = columns.map(({ use }) => use);
  const turned = swapped(preview);
  const named = uses.filter((use) => use !== "unused").map((use) => text(`list.use.${use}`));
  return (
    <>
      {is_unsure && <Notice kind="attention">{text("list.columns.unsure")}</Notice>}
      {turned !== null && (
        <div>
          <Button onPress={() => list.choose({ columns: turned })}>
            <Icon of={ArrowLeftRight} />
            {text("list.swap")}
          </Button>
        </div>
      )}
      <details className={styles.columnsFold}>
        <summary>{text("list.columns", { uses: named.join(", ") })}</summary>
        <div className={styles.columnGrid}>
          {columns.map((column, index) => (
            <Column
              key={index}
              column={column}
              index={index}
              onChange={(use) => list.choose({ columns: uses.with(index, use) })}
            />
          ))}
          {uses.includes("name") && (
            <Select
              label={text("list.order")}
              value={preview.order}
              options={NAME_ORDERS.map((value) => ({ value, label: text(`list.order.${value}`) }))}
              onChange={(value) => list.choose({ order: NAME_ORDERS.find((one) => one === value) })}
            />
          )}
        </div>
        <Checkbox
          isChecked={preview.head_line !== null}
          onChange={(head) => list.choose({ head, columns: undefined })}
        >
          {text("list.head")}
        </Checkbox>
      </details>
    </>
  );
}

interface ColumnProps {
  column: ListColumn;
  index: number;
  onChange: (use: ColumnUse) => void;
}

function Column({ column, index, onChange }: ColumnProps) {
  const text = useText();
  const name = column.name ?? String(index + 1);
  const label =
    column.head === null
      ? text("list.column", { name })
      : text("list.column.head", { name, head: column.head });
  return (
    <Select
      label={label}
      hint={
        column.examples.length === 0
          ? undefined
          : text("list.column.examples", { examples: column.examples.join(" · ") })
      }
      value={column.use}
      options={COLUMN_USES.map((use) => ({ value: use, label: text(`list.use.${use}`) }))}
      onChange={(value) => {
        const use = COLUMN_USES.find((one) => one === value);
        if (use !== undefined) onChange(use);
      }}
    />
  );
}
