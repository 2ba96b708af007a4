"""An attack from Python: ``goose.Attack(WebsiteUser, host=..., users=10).run()``."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import threading
import time
from argparse import Namespace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from goose import (
    _glue,  # noqa: F401  (configures the engine)
    _limits,
    _natives,
    _report,
    _threads,
)
from goose._errors import Tracebacks
from goose._metrics import Metrics, Run
from goose._options import DrawnSeed, OptionError, Options, validate
from goose._patches import Draws, Patches
from goose._watchdog import Watchdog
from goose.environment import Environment
from goose.event import EventHook, events
from goose.exception import AttackError, ScriptError

if TYPE_CHECKING:
    from goose import _engine
    from goose._explain import Explanation
    from goose._plan import Compiling, Plan
    from goose._snapshot import Snapshot
    from goose.user import User

LOOK_S = 0.05
SWITCH_INTERVAL_S = 0.0001
COLLECT_S = 0.25

_running_guard = threading.Lock()
_running: list[Handle] = []


class Attack:
    """What is to happen; every option of the command line is a keyword.

    ``Attack(WebsiteUser, ApiUser, host="http://...", users=100, hatch_rate=20, run_time="5m")``.
    OptionError for a bad option, ScriptError for a class that cannot be run.
    """

    def __init__(self, *user_classes: type[User], **options: Any) -> None:
        from goose.user import User

        for cls in user_classes:
            if not (isinstance(cls, type) and issubclass(cls, User)):
                raise ScriptError(f"{cls!r} is no user class: derive it from goose.HttpUser")
        if not user_classes:
            raise ScriptError("an attack needs a user class: Attack(WebsiteUser, ...)")
        self.user_classes = list(user_classes)
        self.options: Options = validate(**options)
        self.plan()  # raises here what start() would

    def plan(self, compiling: Compiling | None = None) -> Plan:
        """The plan as the classes stand now."""
        from goose._plan import build

        return build(
            self.user_classes,
            self.options.host,
            frozenset(self.options.tags),
            frozenset(self.options.exclude_tags),
            compiling,
        )

    def explain(self) -> Explanation:
        """How each task would run: compiled, compiled with pieces that run as Python, or as Python,
        and why. Nothing of the script is run."""
        from goose._explain import explain
        from goose._plan import Compiling

        return explain(self.plan(Compiling()))

    def start(self) -> Handle:
        """Starts it and returns at once. AttackError while another attack runs."""
        return Handle(self)

    def run(self) -> Metrics:
        """Runs it to its end and gives the metrics. Ctrl-C stops it; what was counted until then
        is given, marked ``interrupted``."""
        handle = self.start()
        interrupted = False
        while True:
            try:
                if handle.wait(0.2):
                    break
            except KeyboardInterrupt:
                if interrupted:
                    break
                interrupted = True
                handle.stop("interrupted")
        return self._finish(handle)

    async def run_async(self) -> Metrics:
        """As run, for asyncio: the event loop goes on meanwhile. Cancelling stops the attack."""
        import asyncio

        handle = self.start()
        try:
            while not handle.wait(0):
                await asyncio.sleep(LOOK_S)
        except asyncio.CancelledError:
            handle.stop("cancelled")
            while not handle.wait(0):
                await asyncio.sleep(LOOK_S)
            raise
        return self._finish(handle)

    def _finish(self, handle: Handle) -> Metrics:
        metrics = handle.metrics()
        if self.options.report_file is not None:
            _report.write(self.options.report_file, metrics, handle.hatch_metrics)
        return metrics


class Handle:
    """A running attack."""

    def __init__(self, attack: Attack) -> None:
        with _running_guard:
            if _running:
                raise AttackError("an attack is running already; one process runs one at a time")
            _running.append(self)
        try:
            self._open(attack)
        except BaseException:
            self._release()
            raise
        self._thread = threading.Thread(target=self._drive, name="goose-attack", daemon=True)
        self._thread.start()

    def _open(self, attack: Attack) -> None:
        from goose import _engine

        self.options = attack.options
        options = self.options
        self._done = threading.Event()
        self._reason: str | None = None
        self._warnings: list[str] = []
        self._final: dict[str, Any] | None = None
        self._before: dict[str, Any] | None = None
        self._gc_longest_s = 0.0
        self._gc_began = 0.0
        self._tracebacks = Tracebacks()
        self.started_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.environment = Environment(
            events, list(attack.user_classes), Namespace(**options._asdict()), self.stop
        )
        self.environment.runner.target_user_count = options.users
        self._patches = contextlib.ExitStack()
        self._patches.enter_context(Patches())
        if not isinstance(options.seed, DrawnSeed):
            self._patches.enter_context(Draws())
        try:
            events.init.fire(
                environment=self.environment, runner=self.environment.runner, web_ui=None
            )
            events.test_start.fire(environment=self.environment)
            self.environment.runner.state = "spawning"
            self._plan = plan = attack.plan(self._compiling())
            self._warnings += plan.warnings
            warning = _limits.raise_open_files(options.users, options.lanes)
            if warning:
                self._warnings.append(warning)
            self._warn_of_proxies()
            self._engine = self._make_engine(_engine, plan)
            self._watchdog = Watchdog(self._engine)
            self._switch_interval = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH_INTERVAL_S)
            self._engine.start()
            if self._reason is not None:  # a listener has asked for the end already
                self._engine.stop()
        except BaseException:
            self._patches.close()
            raise
        self.started_at = datetime.now(timezone.utc)
        atexit.register(self._at_exit)

    def _make_engine(self, engine: Any, plan: Plan) -> _engine.Attack:
        options = self.options
        fixed_only = all(fixed for _, fixed in plan.shares)
        users = options.users
        if fixed_only:
            users = min(users, sum(fixed for _, fixed in plan.shares))
        return cast(
            "_engine.Attack",
            engine.Attack(
                plan.description,
                plan.shares,
                self.environment,
                self._tracebacks.add,
                users=users,
                lanes=options.lanes,
                hatch_rate=options.hatch_rate,
                run_time=-1.0 if options.run_time is None else options.run_time,
                stop_timeout=options.stop_timeout,
                seed=options.seed & 0xFFFFFFFFFFFFFFFF,
                reset=not (options.no_reset_metrics or options.no_metrics),
                metrics=not options.no_metrics,
                stepped=os.environ.get("GOOSE_CLOCK") == "stepped",
                fake=os.environ.get("GOOSE_TRANSPORT") == "fake",
            ),
        )

    def _compiling(self) -> Compiling | None:
        from goose._plan import Compiling

        if self.options.no_compile:
            return None
        return Compiling(self.environment, not isinstance(self.options.seed, DrawnSeed))

    def _warn_of_proxies(self) -> None:
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        found = [name for name in names if os.environ.get(name)]
        if found:
            self._warnings.append(f"{found[0]} is set, but proxies are not used yet")

    # ---- the thread that looks after the attack ------------------------------------------------

    def _drive(self) -> None:
        try:
            self._follow()
        finally:
            self._close()

    def _follow(self) -> None:
        frozen = False
        gc.callbacks.append(self._on_gc)
        try:
            while not self._engine.wait(LOOK_S):
                self._watchdog.look()
                self._print_lines()
                if not frozen and self._engine.phase == "running":
                    frozen = True
                    gc.freeze()
                    self._hatched()
        finally:
            gc.callbacks.remove(self._on_gc)
            if frozen:
                gc.unfreeze()

    def _print_lines(self) -> None:
        """What compiled tasks printed: a lane never waits for a terminal."""
        text = self._engine.printed()
        if text:
            _natives.write_lines(text)

    def _hatched(self) -> None:
        self._before = self._engine.before()
        self.environment.runner.state = "running"
        events.spawning_complete.fire(user_count=self.environment.runner.target_user_count)

    def _close(self) -> None:
        try:
            self.stopped_at = datetime.now(timezone.utc)
            self._watchdog.look()
            if self._before is None:
                self._before = self._engine.before()
            self._final = self._figures(self._engine.snapshot(COLLECT_S))
            self._print_lines()
            self._engine.close()
            sys.setswitchinterval(self._switch_interval)
            _threads.shut_down()
            self.environment.runner.state = "stopped"
            for hook in (events.test_stopping, events.test_stop, events.quitting):
                self._fire_last(hook)
        finally:  # whatever fails, nobody waits for ever
            self._patches.close()
            atexit.unregister(self._at_exit)
            self._release()
            self._done.set()

    def _fire_last(self, hook: EventHook) -> None:
        """Tells listeners of the end; one that exits chooses the exit code, and no more."""
        try:
            hook.fire(environment=self.environment, reverse=hook is events.quitting)
        except SystemExit as leaving:
            code = leaving.code
            self.environment.process_exit_code = code if isinstance(code, int) else int(bool(code))

    def _release(self) -> None:
        with _running_guard:
            if self in _running:
                _running.remove(self)

    def _on_gc(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._gc_began = time.perf_counter()
        else:
            self._gc_longest_s = max(self._gc_longest_s, time.perf_counter() - self._gc_began)

    def _at_exit(self) -> None:
        self.stop("the interpreter ends")
        self._thread.join()

    # ---- for its user --------------------------------------------------------------------------

    def stop(self, reason: str = "stopped") -> None:
        """Asks all users to end; returns at once."""
        if self._reason is None:
            self._reason = reason
        engine = getattr(self, "_engine", None)
        if engine is not None:
            engine.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits for the end, for at most that long. True when it is reached."""
        if not self._done.wait(timeout_s):
            return False
        self._thread.join()
        return True

    def snapshot(self, emergency: bool = False) -> Snapshot:
        """All figures so far. ``emergency``: also from lanes that Python holds; only right before
        the process ends."""
        if self._final is None:
            try:
                return cast("Snapshot", self._figures(self._engine.snapshot(COLLECT_S, emergency)))
            except RuntimeError:  # it ended meanwhile
                self._done.wait()
        return cast("Snapshot", self._final)

    def metrics(self, emergency: bool = False) -> Metrics:
        """All figures so far as typed rows; the final ones after the end."""
        return Metrics(self.snapshot(emergency), self._run())

    @property
    def hatch_metrics(self) -> Metrics | None:
        """What was counted before the reset, once all users are hatched; else None."""
        if self._before is None:
            return None
        return Metrics(cast("Snapshot", self._figures(dict(self._before))), self._run())

    @property
    def tracebacks(self) -> list[tuple[str, int]]:
        """(text, count) of each kind of error in tasks."""
        return self._tracebacks.rows()

    @property
    def phase(self) -> str:
        """``starting``, ``test_start``, ``hatching``, ``running``, ``stopping``, ``test_stop`` or
        ``done``."""
        return self._engine.phase

    @property
    def exit_code(self) -> int | None:
        """The code that the script chose (``environment.process_exit_code``, SystemExit in a
        task), or None."""
        if self.environment.process_exit_code is not None:
            return self.environment.process_exit_code
        code = (self._final or {}).get("exit_code", -1)
        return None if code < 0 else cast(int, code)

    def _run(self) -> Run:
        return Run(
            self.options,
            tuple(dict.fromkeys(self._plan.hosts)),
            self.started_at,
            self.stopped_at,
            self._reason == "interrupted",
        )

    def _figures(self, raw: dict[str, Any]) -> dict[str, Any]:
        """The engine's snapshot with what only Python knows."""
        raw["tasks"] = [
            {"class": task.cls, "index": task.place, "name": task.name, **_counts(row)}
            for task, row in zip(self._plan.tasks, raw["tasks"], strict=True)
            if not task.hook or row["count"] or row["failures"] or row["cut_off"]
        ]
        raw["python"] = {
            "passes": raw.pop("passes"),
            "held": list(self._watchdog.rows()),
            "gc_longest_ms": self._gc_longest_s * 1000,
        }
        raw["warnings"] = [*self._warnings, *self._watchdog.warnings, *_losses(raw)]
        return raw


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("count", "failures", "cut_off", "times")}


def _losses(raw: dict[str, Any]) -> list[str]:
    said = []
    if raw["dropped_users"]:
        said.append("users ended before their time: their code did not stop when told, or failed")
    if raw["dropped_names"]:
        said.append("more than 5,000 request names: the rest is in the row (other); use name=")
    if raw["dropped_errors"]:
        said.append("more than 500 error texts: the rest is in the row (other)")
    return said


def run_single_user(user_class: type[User], **options: Any) -> Metrics:
    """Runs one user of the class until Ctrl-C (or for ``run_time``) and prints what it did: for
    ``if __name__ == "__main__": run_single_user(WebsiteUser)`` and a debugger."""
    options.setdefault("users", 1)
    options.setdefault("lanes", 1)
    options.setdefault("no_reset_metrics", True)
    attack = Attack(user_class, **options)
    handle = attack.start()
    try:
        while not handle.wait(0.2):
            pass
    except KeyboardInterrupt:
        handle.stop("interrupted")
        handle.wait()
    for text, count in handle.tracebacks:
        print(f"{count} times {text}", file=sys.stderr)
    metrics = handle.metrics()
    print(metrics)
    return metrics


__all__ = ["Attack", "Handle", "OptionError", "run_single_user"]
