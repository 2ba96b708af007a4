"""The command line: ``goose-py FILE [UserClass ...]``, ``goose-py demo``, ``goose-py target``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from goose import _demo
from goose._command import Command, choose_classes, parse_command_line
from goose._duration import format_duration
from goose._listing import list_tasks
from goose._log import LOG, to_stderr
from goose._metrics import goose_version
from goose._options import OptionError
from goose._output import Output
from goose._session import Session

USAGE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (default: the process's) and gives its exit code.

    0: nothing failed. 1: requests or tasks failed, or report or tables could not be written.
    2: a wrong option or script, nothing was started. 130: ended at once by ctrl-c.
    """
    import goose

    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["target"]:
            return _demo.run_target(arguments[1:])
        if arguments[:1] == ["explain"]:
            return _explain(parse_command_line(arguments[1:]))
        if arguments[:1] == ["demo"]:
            return _run_demo(arguments[1:])
        return _run(parse_command_line(arguments))
    except (OptionError, goose.ScriptError) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:  # -h of argparse
        return leaving.code if isinstance(leaving.code, int) else USAGE


def _run(command: Command, at_once: Callable[[], None] | None = None) -> int:
    """Carries out a command line that is well formed."""
    import goose
    from goose import _script

    if command.version:
        Output().write(f"goose-py {goose_version()}\n")
        return 0
    assert command.file is not None
    options = command.options
    with to_stderr(options.verbose, options.quiet):
        if not command.file.is_file():
            raise OptionError("FILE", str(command.file), "a file")
        script = _script.load(command.file)
        classes = choose_classes(script.user_classes, command.classes)
        if command.list_tasks:
            Output().write(list_tasks(classes))
            return 0
        attack = goose.Attack(*classes, **options._asdict())
        _announce(command, classes)
        return Session(attack, options, at_once).run()


def _explain(command: Command) -> int:
    """Prints how each task of the file would run; -v: with the programs."""
    from goose import _script
    from goose._explain import explain
    from goose._plan import Compiling, build

    options = command.options
    with to_stderr(0, options.quiet):
        if command.file is None or not command.file.is_file():
            raise OptionError("FILE", str(command.file), "a file")
        script = _script.load(command.file)
        classes = choose_classes(script.user_classes, command.classes)
        tags = frozenset(options.tags), frozenset(options.exclude_tags)
        plan = build(list(classes), options.host, *tags, Compiling(), needs_host=False)
        for warning in plan.warnings:
            LOG.warning("%s", warning)
        Output().write(str(explain(plan, options.verbose > 0)))
    return 0


def _announce(command: Command, classes: Sequence[type]) -> None:
    options = command.options
    names = ", ".join(cls.__name__ for cls in classes)
    LOG.info(
        "%s users of %s, %g per second, on %d lanes, seed %d",
        f"{options.users:,}",
        names,
        options.hatch_rate,
        options.lanes,
        options.seed,
    )
    end = "until stopped" if options.run_time is None else format_duration(options.run_time)
    LOG.info("host %s, run time: %s", options.host or "of the classes", end)


def _run_demo(arguments: Sequence[str]) -> int:
    """The packaged example on the packaged target, both gone at the end."""
    file = str(_demo.demo_file())
    command = parse_command_line([file, *_demo.DEMO_OPTIONS, *arguments])
    if command.version or command.list_tasks:
        return _run(command)
    try:
        with _demo.running_target() as (host, process):
            given = [file, *_demo.DEMO_OPTIONS, "--host", host, *arguments]
            return _run(parse_command_line(given), at_once=process.kill)
    except RuntimeError as error:
        return _refuse(str(error))


def _refuse(text: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"goose-py: error: {text}\n")
    return USAGE
