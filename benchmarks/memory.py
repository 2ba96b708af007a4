"""Memory and hatching of one attack: prints one line of JSON. Run by bench.py."""

from __future__ import annotations

import argparse
import json
import time

from client import resident_mb


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("users", type=int)
    parser.add_argument("hatch_rate", type=float)
    parser.add_argument("wait", type=float, nargs=2)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    bare_mb = resident_mb_of_bare_python()

    from goose import Attack, HttpUser, between, task

    class Visitor(HttpUser):
        wait_time = between(*given.wait)

        @task
        def get(self) -> None:
            self.client.get("/")

    attack = Attack(
        Visitor,
        host=given.host,
        users=given.users,
        hatch_rate=given.hatch_rate,
        lanes=1,
        no_reset_metrics=True,
    )
    before_mb = resident_mb()
    began = time.perf_counter()
    handle = attack.start()
    while handle.snapshot()["hatched"] < given.users:
        time.sleep(0.002)
    hatched_s = time.perf_counter() - began
    # every user has made its first request once as many connections as users were opened
    while handle.snapshot()["connect_times"].count < given.users:
        time.sleep(0.01)
    running_s = time.perf_counter() - began
    time.sleep(given.seconds)
    resident = resident_mb()
    began = time.perf_counter()
    handle.stop()
    handle.wait()
    stopped_s = time.perf_counter() - began
    print(
        json.dumps(
            {
                "users": given.users,
                "hatched_s": hatched_s,
                "all_connected_s": running_s,
                "stopped_s": stopped_s,
                "above_bare_mb": resident - bare_mb,
                "kb_each": (resident - before_mb) * 1000 / given.users,
                "requests": handle.metrics().total.count,
            }
        )
    )


def resident_mb_of_bare_python() -> float:
    import subprocess
    import sys

    code = (
        "import resource;"
        "print(int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1e6)"
    )
    return float(subprocess.check_output([sys.executable, "-c", code]))


if __name__ == "__main__":
    main()
