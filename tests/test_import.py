"""``import goose`` is cheap and changes nothing."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from helpers import environment

import goose

MEMORY = """
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
"""


def python(code: str) -> Any:
    """What a fresh interpreter that runs this code prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        stdout=subprocess.PIPE,
        timeout=30,
        check=True,
    )
    return json.loads(done.stdout)


def test_it_starts_and_patches_nothing() -> None:
    found = python("""
import json, os, signal, sys, threading, time, gc
def state():
    return [
        id(time.sleep), id(threading.Lock), id(threading.RLock), id(threading._allocate_lock),
        threading.active_count(), len(os.listdir("/proc/self/task")),
        len(os.listdir("/proc/self/fd")), sys.getswitchinterval(), gc.isenabled(),
        str(signal.getsignal(signal.SIGINT)), str(signal.getsignal(signal.SIGTERM)),
        sys.excepthook is sys.__excepthook__, threading.stack_size(),
    ]
before = state()
import goose
after = state()
heavy = ["asyncio", "rich", "ssl", "http.client", "requests", "concurrent.futures",
         "multiprocessing"]
print(json.dumps([before, after, [name for name in heavy if name in sys.modules]]))
""")
    before, after, heavy = found
    assert after == before
    assert not heavy


def test_it_costs_at_most_5_mb() -> None:
    code = MEMORY + "before = resident()\n{}\nprint(resident() - before)"
    costs = [python(code.format("import goose")) for _ in range(7)]
    bare = [python(code.format("pass")) for _ in range(7)]
    cost_kb = statistics.median(costs) - statistics.median(bare)
    assert cost_kb < 5 * 1024, f"{cost_kb / 1024:.1f} MB"


def test_public_names() -> None:
    from types import ModuleType

    public = {
        name
        for name in dir(goose)
        if not name.startswith("_")
        and not isinstance(getattr(goose, name), ModuleType)
        and name not in ("annotations", "Any", "TYPE_CHECKING")
    }
    assert public | {"__version__"} == set(goose.__all__)
    assert len(goose.__all__) == len(set(goose.__all__))
    documented = [name for name in goose.__all__ if name != "__version__"]
    assert all(getattr(goose, name).__doc__ or name == "events" for name in documented)


def test_modules_that_scripts_import_from() -> None:
    found = python("""
import json
from goose.exception import StopUser, RescheduleTask, LocustError, CatchResponseError
from goose.user import FastHttpUser, HttpUser, User
from goose.event import EventHook, Events
from goose.environment import Environment
print(json.dumps([issubclass(FastHttpUser, HttpUser), issubclass(HttpUser, User)]))
""")
    assert found == [True, True]
