"""The command `preau`: reads the arguments, and composes the parts that must not know one another.

Only this module imports both servers, and each of them only when its command is called: `preau serve` itself
stays small and starts fast. Wrong input ends with one line on stderr, `preau: <code>: <sentence>`, and
exit status 2.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from preau.problems import USAGE_EXIT, Problem

if TYPE_CHECKING:
    from preau.meet.settings import MeetSettings
    from preau.serve.settings import ServeSettings

_ROLES = ("member", "admin")
_ACCOUNT_ACTS = {
    "renew-link": "print another link to choose a password; those before stop working",
    "disable": "sign an account out everywhere and let nobody sign in to it",
    "enable": "let a disabled account be used again",
    "erase": "erase an account with its meetings; cannot be undone",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"preau: bad-argument: {message} (see `{self.prog} --help`).", file=sys.stderr)
        raise SystemExit(USAGE_EXIT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    # Whatever any command writes - database, keys, backups - is for this account alone.
    os.umask(0o077)
    given = list(sys.argv[1:] if arguments is None else arguments)
    # The media server has arguments of its own and reads them itself.
    if given[:1] == ["sfu"]:
        return int(import_module("preau.sfu.__main__").main(given[1:]) or 0)
    parsed = _parser().parse_args(given)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except Problem as problem:
        print(problem.line(), file=sys.stderr)
        return problem.exit_status
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="preau", description="Self-hosted video meetings.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve = commands.add_parser(
        "serve", help="run everything: the platform, the media server, one public port"
    )
    serve.set_defaults(command=_serve)
    commands.add_parser("sfu", help="run the LiveKit-compatible media server alone", add_help=False)
    meet = commands.add_parser("meet", help="run the meeting platform alone")
    meet.add_argument("--port", type=_port, required=True, help="the port to listen on, 127.0.0.1 alone")
    meet.set_defaults(command=_meet)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(command=_migrate)
    backup = commands.add_parser("backup", help="copy the database into one file, also while the server runs")
    backup.add_argument("file", type=Path, help="the file to write; one that is there is kept")
    backup.set_defaults(command=_backup)
    restore = commands.add_parser(
        "restore", help="put a backup in the place of the database of a stopped server"
    )
    restore.add_argument("file", type=Path, help="a file that `preau backup` wrote")
    restore.set_defaults(command=_restore)
    doctor = commands.add_parser("doctor", help="say what on this machine is right and what to mend")
    doctor.add_argument(
        "--url",
        metavar="ADDRESS",
        help="look at a Préau from outside, at its public address, and nothing else",
    )
    doctor.set_defaults(command=_doctor)
    _add_admin(commands.add_parser("admin", help="accounts and first set-up, from a shell"))
    commands.add_parser("version", help="print the version").set_defaults(command=_version)
    return parser


def _add_admin(admin: argparse.ArgumentParser) -> None:
    acts = admin.add_subparsers(title="acts", metavar="ACT", required=True)
    create = acts.add_parser("create-account", help="make an account and print a link that signs in once")
    create.add_argument("--name", required=True, help="as others see it")
    create.add_argument("--email", required=True)
    create.add_argument("--role", choices=_ROLES, default="member")
    create.set_defaults(command=_create_account)
    listing = acts.add_parser("list", help="print every account: address, role, state, name")
    listing.add_argument("search", nargs="?", default="", help="words of a name or an address")
    listing.set_defaults(command=_list_accounts)
    for act, words in _ACCOUNT_ACTS.items():
        one = acts.add_parser(act, help=words)
        one.add_argument("email")
        one.set_defaults(command=_run_account_act, act=act)
    role = acts.add_parser("role", help="make an account an administrator's, or a member's")
    role.add_argument("email")
    role.add_argument("role", choices=_ROLES)
    role.set_defaults(command=_change_role)
    acts.add_parser(
        "setup-link", help="print the link of the first set-up, or nothing once done"
    ).set_defaults(command=_setup_link)


def _serve(_: argparse.Namespace) -> int:
    from preau.serve.supervisor import serve

    serve(_serve_settings(), _serve_environment())
    return 0


def _meet(parsed: argparse.Namespace) -> int:
    from preau.meet.app import run

    run(_meet_settings(os.environ), parsed.port)
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from preau.meet.app import migrate

    migrate(_meet_settings(os.environ))
    return 0


def _backup(parsed: argparse.Namespace) -> int:
    from preau.meet.backup import back_up

    print(back_up(_meet_settings(os.environ), parsed.file))
    return 0


def _restore(parsed: argparse.Namespace) -> int:
    from preau.meet.backup import restore
    from preau.serve.data_dir import lock

    settings = _meet_settings(os.environ)
    # Held until this process ends: a server must not write into the file that is being changed.
    lock(settings.data_dir)
    print(restore(settings, parsed.file))
    return 0


def _doctor(parsed: argparse.Namespace) -> int:
    from preau.serve.doctor import examine, from_outside, report

    if parsed.url is not None:
        return report([from_outside(parsed.url)])

    def reach_database() -> str:
        from preau.meet.app import migrate

        migrate(_meet_settings(os.environ))
        return "reached and up to date"

    return report(examine(_serve_settings(), reach_database))


def _create_account(parsed: argparse.Namespace) -> int:
    from preau.meet.admin import create_account

    print(create_account(_meet_settings(os.environ), parsed.name, parsed.email, parsed.role))
    return 0


def _list_accounts(parsed: argparse.Namespace) -> int:
    from preau.meet.admin import list_accounts

    for line in list_accounts(_meet_settings(os.environ), parsed.search):
        print(line)
    return 0


def _run_account_act(parsed: argparse.Namespace) -> int:
    from preau.meet.admin import run_account_act

    print(run_account_act(_meet_settings(os.environ), parsed.act, parsed.email))
    return 0


def _change_role(parsed: argparse.Namespace) -> int:
    from preau.meet.admin import run_account_act

    print(run_account_act(_meet_settings(os.environ), f"make-{parsed.role}", parsed.email))
    return 0


def _setup_link(_: argparse.Namespace) -> int:
    from preau.meet.admin import setup_link

    link = setup_link(_meet_settings(os.environ))
    if link:
        print(link)
    return 0


def _version(_: argparse.Namespace) -> int:
    print(version("preau"))
    return 0


def _meet_settings(environ: Mapping[str, str]) -> MeetSettings:
    from preau.meet.settings import MeetSettings

    return MeetSettings.from_environment(environ)


def _serve_environment() -> dict[str, str]:
    """The environment of the servers; the address of the engine is for `preau serve` alone to tell."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREAU_ENGINE_")}


def _serve_settings() -> ServeSettings:
    """Read from meet's settings, so that a wrong value ends the command before anything is started."""
    from preau.serve.settings import (
        ServeSettings,
        has_standby,
        is_room_service_public,
        media_segmentation,
        media_srtp,
        trusted_proxies,
    )

    meet = _meet_settings(_serve_environment())
    return ServeSettings(
        host=meet.host,
        port=meet.port,
        public_url=meet.public_url,
        data_dir=meet.data_dir,
        has_sfu=meet.livekit is None,
        media_udp_port=meet.media.udp_port,
        media_tcp_port=meet.media.tcp_port,
        media_addresses=meet.media.addresses,
        media_srtp=media_srtp(os.environ),
        media_segmentation=media_segmentation(os.environ),
        trusted_proxies=trusted_proxies(os.environ),
        has_standby=has_standby(os.environ),
        is_room_service_public=is_room_service_public(os.environ),
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError(f'"{text}" must be a whole number from 1 to 65535')
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
