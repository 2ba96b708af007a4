"""Ten minutes at full rate; memory must not grow after the first: ``make soak``."""

from __future__ import annotations

import argparse
import sys
import time

from bench import target
from client import CASES, resident_mb

from goose import Attack

WARM_S = 60
GROWTH_MB = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=100)
    given = parser.parse_args()
    warm_s = min(WARM_S, given.minutes * 60 / 3)
    with target() as host:
        attack = Attack(
            CASES["real"],
            CASES["post"],
            host=host,
            users=given.users,
            hatch_rate=1e6,
            run_time=given.minutes * 60,
            lanes=1,
        )
        handle = attack.start()
        began = time.monotonic()
        first = last = 0.0
        while not handle.wait(5):
            last = resident_mb()
            elapsed = time.monotonic() - began
            if not first and elapsed >= warm_s:
                first = last
            print(f"{elapsed:5.0f} s: {last:.1f} MB, {handle.metrics().total.count:,} requests")
        total = handle.metrics().total
    growth = last - first
    print(f"{total.count:,} requests, {total.failures:,} failed, {growth:+.1f} MB since then")
    if total.failures or growth > GROWTH_MB:
        print(f"soak: failed (growth of at most {GROWTH_MB} MB and no failure are allowed)")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
