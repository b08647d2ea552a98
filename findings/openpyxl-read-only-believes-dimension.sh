#!/usr/bin/env bash
# openpyxl 3.1.5: with read_only=True a sheet ends where its <dimension> says, not where its rows do.
# Expected: every row that stands in the sheet, as without read_only. Programs that write spreadsheets as a stream often leave
# the dimension of the first row, and a list of pupils then loses the rest without a word.
# Seen: 11 rows in full mode, 4 in read-only mode; ws.reset_dimensions() brings them back.
source "$(dirname "$0")/common.sh"
install openpyxl==3.1.5
run <<'PY'
import re, zipfile
from openpyxl import Workbook, load_workbook
book = Workbook()
for number in range(11):
    book.active.append([f"Pupil {number}", number])
book.save("whole.xlsx")
with zipfile.ZipFile("whole.xlsx") as old, zipfile.ZipFile("list.xlsx", "w") as new:
    for name in old.namelist():
        data = old.read(name)
        if name.endswith("sheet1.xml"):
            data, changed = re.subn(rb'<dimension ref="A1:B11"', b'<dimension ref="A1:B4"', data)
            assert changed == 1
        new.writestr(name, data)
full = len(list(load_workbook("list.xlsx").active.iter_rows()))
sheet = load_workbook("list.xlsx", read_only=True).active
short = len(list(sheet.iter_rows()))
sheet.reset_dimensions()
again = len(list(sheet.iter_rows()))
print(full, short, again)
assert (full, short, again) == (11, 4, 11)
PY
