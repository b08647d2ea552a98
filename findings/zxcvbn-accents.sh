#!/usr/bin/env bash
# zxcvbn 4.5.0 (Python): words that are known of a person are found to the letter alone.
# Expected: "collège2026" is guessed as soon as "college2026" when "college" is given in user_inputs.
# Seen: the accent takes it from under a million guesses to a hundred thousand million. Where people have accents in their names
# and schools, what is known has to be taken out before zxcvbn is asked.
source "$(dirname "$0")/common.sh"
install zxcvbn==4.5.0
run <<'PY'
from zxcvbn import zxcvbn
plain = zxcvbn("college2026", user_inputs=["college"])["guesses"]
accented = zxcvbn("collège2026", user_inputs=["college"])["guesses"]
print(int(plain), int(accented))
assert plain < 10**6 < 10**9 < accented
PY
