"""Lets the five days go by in which a letter about a report is tried, under a platform that runs.

`python -m tests.kit.giving_up`, with the platform's environment: what was tried in vain so far is given up.
"""

from __future__ import annotations

import os
from dataclasses import replace

from preau.meet.app import open_world
from preau.meet.domain.letters import MailState
from preau.meet.services.ports import Store
from preau.meet.settings import MeetSettings


def give_up_mail(store: Store) -> int:
    """How many letters were given up."""
    with store.write() as stored:
        vain = [one for one in stored.case_mails.all().values() if one.problem is not None]
        for one in vain:
            stored.case_mails.update(replace(one, state=MailState.FAILED))
    return len(vain)


if __name__ == "__main__":
    print(give_up_mail(open_world(MeetSettings.from_environment(os.environ)).store))
