from preau.serve.environments import for_media_server, for_platform, for_setup_link

ENVIRON = {
    "PATH": "/bin",
    "LC_ALL": "fr_FR.UTF-8",
    "PYTHONPATH": "/opt",
    "PREAU_DATABASE_URL": "postgresql://preau:db-secret@db/preau",
    "PREAU_SMTP_URL": "smtp://preau:mail-secret@mail",
    "PREAU_MAIL_FROM": "preau@example.org",
    "PREAU_LIVEKIT_API_SECRET": "livekit-secret",
    "PREAU_SFU_SECRET": "pair-secret",
    "PREAU_DATA_DIR": "/var/lib/preau",
    "PGPASSWORD": "db-secret",
    "BACKUP_PASSPHRASE": "other-secret",
    "INVOCATION_ID": "1",
}


def test_the_media_server_gets_no_secret_and_no_setting_of_the_platform() -> None:
    assert for_media_server(ENVIRON) == {"PATH": "/bin", "LC_ALL": "fr_FR.UTF-8", "PYTHONPATH": "/opt"}


def test_the_platform_gets_its_settings_and_nothing_that_is_nobodys_here() -> None:
    given = for_platform(ENVIRON)
    assert set(ENVIRON) - set(given) == {"BACKUP_PASSPHRASE", "INVOCATION_ID", "PREAU_SFU_SECRET"}


def test_the_command_that_makes_a_link_gets_the_database_alone() -> None:
    secrets = {value for value in for_setup_link(ENVIRON).values() if "secret" in value}
    assert secrets == {ENVIRON["PREAU_DATABASE_URL"], "db-secret"}
