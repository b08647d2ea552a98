#!/usr/bin/env bash
# odfdo 3.27.3: the text of a paragraph as a string ends with a line break that is in no document.
# Expected: `str(Paragraph("Tom Morel"))` is "Tom Morel", as its `text` is.
# Seen: one line break behind it, two from `get_formatted_text`; a name read so differs from the same name typed.
source "$(dirname "$0")/common.sh"
install odfdo==3.27.3
run <<'PY'
from odfdo import Paragraph
paragraph = Paragraph("Tom Morel")
print(repr(paragraph.text), repr(str(paragraph)), repr(paragraph.get_formatted_text()))
assert paragraph.text == "Tom Morel"
assert str(paragraph) == "Tom Morel\n"
assert paragraph.get_formatted_text() == "Tom Morel\n\n"
PY
