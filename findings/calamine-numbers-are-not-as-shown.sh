#!/usr/bin/env bash
# python-calamine 0.9.1: a number comes without its format, also where the file holds what is shown.
# Expected: at least for ODS, where each cell has its shown text beside its value, that text can be had.
# Seen: a pupil's number shown as 00123 is 123.0, a telephone number shown as 06 12 34 56 78 is 612345678.0.
source "$(dirname "$0")/common.sh"
install python-calamine==0.9.1 odfdo==3.27.3
run <<'PY'
from odfdo import Cell, Document, Row, Table
from python_calamine import CalamineWorkbook
document = Document("spreadsheet")
document.body.clear()
table, row = Table("List"), Row()
row.append_cell(Cell(value=123, text="00123"))
row.append_cell(Cell(value=612345678, text="06 12 34 56 78"))
table.append_row(row)
document.body.append(table)
document.save("list.ods")
read = CalamineWorkbook.from_path("list.ods").get_sheet_by_index(0).to_python()
print(read)
assert read == [[123.0, 612345678.0]]
PY
