#!/usr/bin/env bash
# nameparser 2.6.0: a surname with a particle that stands first, as in lists of French schools, swallows the first name.
# Expected: that capitals, or the last word, tell the first name: "Jean" of "DE LA FONTAINE Jean".
# Seen: there is no first name, all of it is the last name; "VAN DEN BERG Emma" is cut after its first word instead.
source "$(dirname "$0")/common.sh"
install nameparser==2.6.0
run <<'PY'
from nameparser import HumanName
def parts(text):
    name = HumanName(text)
    return name.first, name.middle, name.last
seen = [parts("Jean DE LA FONTAINE"), parts("DE LA FONTAINE Jean"), parts("VAN DEN BERG Emma")]
print(seen)
assert seen == [("Jean", "", "DE LA FONTAINE"), ("", "", "DE LA FONTAINE Jean"), ("VAN", "", "DEN BERG Emma")]
PY
