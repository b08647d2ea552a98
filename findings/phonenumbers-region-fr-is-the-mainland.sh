#!/usr/bin/env bash
# phonenumbers 9.0.43: the region FR is the mainland alone; numbers of Réunion or Guadeloupe, as people there write them, are wrong in it.
# Expected: 0692 12 34 56, which is dialled so within Réunion, is found with the country's code, or at least not given another's.
# Seen: it is no valid number, and is written with +33, the code of the mainland; with region RE it is +262 692 12 34 56. Where a list
# of parents may come from anywhere in France, the region is the school's, not the country's.
source "$(dirname "$0")/common.sh"
install phonenumbers==9.0.43
run <<'PY'
from phonenumbers import PhoneNumberFormat, format_number, is_valid_number, parse
def read(text, region):
    number = parse(text, region)
    return is_valid_number(number), format_number(number, PhoneNumberFormat.E164)
seen = [read("0692 12 34 56", "FR"), read("0692 12 34 56", "RE"), read("06 12 34 56 78", "FR")]
print(seen)
assert seen == [(False, "+33692123456"), (True, "+262692123456"), (True, "+33612345678")]
PY
