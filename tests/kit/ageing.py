"""Lets an hour go by since everybody gave the password, under a platform that runs.

`python -m tests.kit.ageing`, with the platform's environment.
"""

from __future__ import annotations

import os

from preau.meet.settings import MeetSettings
from preau.meet.storage.engine import open_engine


def age_sign_ins(settings: MeetSettings) -> None:
    """As if everybody had signed in an hour earlier."""
    engine = open_engine(settings.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sign_ins SET password_at = password_at - 3600000")
    engine.dispose()


if __name__ == "__main__":
    age_sign_ins(MeetSettings.from_environment(os.environ))
