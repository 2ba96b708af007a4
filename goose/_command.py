"""The command line of goose-py, derived from the option table."""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goose._options import OPTIONS, OptionError, Options, checked, did_you_mean
from goose._values import Refused


@dataclass(frozen=True)
class Command:
    """What one command line asks for. ``file`` is None only with ``version``."""

    file: Path | None
    classes: tuple[str, ...]
    options: Options
    list_tasks: bool
    version: bool


def build_parser() -> argparse.ArgumentParser:
    """The parser derived from the table. It only splits: every value stays text."""
    parser = argparse.ArgumentParser(
        prog="goose-py",
        usage="goose-py [OPTIONS] FILE [UserClass ...]\n"
        "       goose-py explain FILE [UserClass ...] [-v]\n"
        "       goose-py demo [OPTIONS]\n"
        "       goose-py target [--port N] [--tls]",
        description="Runs the user classes of FILE, a Python file in the manner of Locust, "
        "against a host.",
        epilog="Each option may come from the environment too: GOOSE_USERS=20 is --users 20. "
        "Exit code: 0 nothing failed, 1 some requests or tasks failed, 2 wrong use, "
        "130 stopped by a second ctrl-c.",
        allow_abbrev=False,
        exit_on_error=False,
        add_help=False,
    )
    parser.add_argument("names", nargs="*", help=argparse.SUPPRESS)
    general = parser.add_argument_group("General")
    general.add_argument("-h", "--help", action="help", help="print this and exit")
    general.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    general.add_argument("-l", "--list", action="store_true", help="list all tasks and exit")
    groups: dict[str, Any] = {}
    for option in OPTIONS:
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        how: dict[str, Any] = {"dest": option.name, "help": option.help, "default": None}
        if option.kind == "switch":
            how |= {"action": "store_const", "const": True}
        elif option.kind == "count":
            how |= {"action": "count"}
        elif option.kind == "names":
            how |= {"action": "extend", "nargs": "+", "metavar": option.metavar}
        else:
            how |= {"metavar": option.metavar}
        groups[option.group].add_argument(*option.flags, **how)
    return parser


def parse_command_line(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> Command:
    """The command that ``argv`` (without the program's name) asks for.

    What the command line leaves out is taken from ``environ`` (default: the process's), then
    from the defaults. Raises ``OptionError``; ``-h`` prints the help and raises ``SystemExit(0)``.
    """
    environ = os.environ if environ is None else environ
    parser = build_parser()
    try:
        parsed, surplus = parser.parse_known_intermixed_args(list(argv))
    except argparse.ArgumentError as error:
        raise _misused(error, argv) from None
    for word in surplus:
        flags = [flag for option in OPTIONS for flag in option.flags]
        flags += ["--help", "--version", "--list"]
        raise OptionError("command line", word, f"an option{did_you_mean(word, flags)}")
    given: dict[str, tuple[str, object]] = {}
    for option in OPTIONS:
        value = getattr(parsed, option.name)
        if value is not None:
            given[option.name] = (option.flag, value)
        elif environ.get(option.environment):
            given[option.name] = (option.environment, environ[option.environment])
    file, *classes = parsed.names or [None]
    if file is None and not parsed.version:
        hint = " (or goose-py demo; goose-py --help tells more)"
        if parsed.tags or parsed.exclude_tags:
            hint = " (put it first: --tags and --exclude-tags take all names that follow)"
        raise OptionError("FILE", "", "the name of a Python file with user classes" + hint)
    if parsed.version:
        given = {}
    options = checked(given)
    return Command(
        Path(file) if file else None, tuple(classes), options, parsed.list, parsed.version
    )


def _misused(error: argparse.ArgumentError, argv: Sequence[str]) -> OptionError:
    """The error for a flag without its value, or a switch with one."""
    for option in OPTIONS:
        if "/".join(option.flags) != error.argument_name:
            continue
        if option.kind in ("switch", "count"):
            return OptionError(
                option.flag, str(error).rpartition(" ")[2].strip("'"), "possible: it takes no value"
            )
        following = [after for word, after in itertools.pairwise(argv) if word in option.flags]
        value = following[-1] if following else ""
        try:
            option.parse(value)
        except Refused as refused:
            return OptionError(option.flag, value, str(refused))
        return OptionError(option.flag, value, "a value; it needs one")
    return OptionError("command line", error.argument_name or "", f"usable so: {error.message}")


def choose_classes(classes: Sequence[type], names: Sequence[str]) -> list[type]:
    """Those of ``classes`` that ``names`` name, in the order of ``names``; all if it is empty.

    Raises ``OptionError`` for a name that no class has.
    """
    if not names:
        return list(classes)
    known = {cls.__name__: cls for cls in classes}
    for name in names:
        if name not in known:
            having = ", ".join(known) or "none"
            raise OptionError(
                "UserClass",
                name,
                f"a user class of this file (it has: {having})" + did_you_mean(name, known),
            )
    return [known[name] for name in dict.fromkeys(names)]
