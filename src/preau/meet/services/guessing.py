"""The limits at the doors where people guess, and the arithmetic behind them.

**Passcodes.** A passcode has at least eight characters of 32, drawn at random: 2^40. All strangers
together try `PASSCODES.whole` at one meeting: 200, and another each 100 s, which makes 1,064 in any day,
from however many addresses and devices: one of them is right with P < 10^-9. Of the 200, 115 are kept for
neighbourhoods that have not had their 5, so that one that types wrong, or guesses, has 85 at once (a
class of forty, twice each) and leaves 23 others untouched. A device that gave the passcode right before
has nothing to guess: it has attempts of its own, until the passcode is another. So has an account; each
adds less than 160 a day, P < 1.5·10^-10.

**Passwords.** All strangers together have 200 wrong ones at an account at once and another each 100 s,
with 5 for each neighbourhood out of 150 that are kept; a neighbourhood's strangers have 300 at all
accounts together and another each 10 s, with 3 for each device out of 200 that are kept. A device on
which the account was signed in before has attempts of its own. No number of others' mistakes keeps it
out.
"""

from __future__ import annotations

from datetime import timedelta

from preau.meet.services.gates import Allowance, Budget, Gate, Pace, by_device, by_neighbourhood

#: Five mistakes are human; a script with one cookie is at one attempt in ten minutes soon.
PACE = Pace(free=5, first=timedelta(seconds=10), longest=timedelta(minutes=10), forgotten=timedelta(hours=2))
PASSCODES = Budget(
    whole=Allowance(200, timedelta(seconds=100)), share=Allowance(5, timedelta(hours=1)), kept=115
)
PASSWORDS = Budget(
    whole=Allowance(200, timedelta(seconds=100)), share=Allowance(5, timedelta(hours=1)), kept=150
)
PASSWORDS_OF_A_PLACE = Budget(
    whole=Allowance(300, timedelta(seconds=10)), share=Allowance(3, timedelta(minutes=15)), kept=200
)


def passcode_gate() -> Gate:
    """Where passcodes are tried; its subjects are meetings."""
    return Gate(PACE, ((PASSCODES, by_neighbourhood),))


def password_gate() -> Gate:
    """Where passwords are tried; its subjects are e-mail addresses, hashed."""
    return Gate(PACE, ((PASSWORDS, by_neighbourhood), (PASSWORDS_OF_A_PLACE, by_device)))
