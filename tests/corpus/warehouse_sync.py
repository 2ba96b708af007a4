"""Warehouse terminals: lock a bin, move goods, unlock it whatever happens."""

import itertools
import logging
import os
import random
import time

from goose import HttpUser, RescheduleTask, between, task

TERMINAL_LOCATION = os.environ.get("TERMINAL_LOCATION", "HAM1")
BINS = ["%s-%02d" % (aisle, shelf) for aisle in "ABC" for shelf in range(1, 9)]
scans = itertools.count(1000)


class BinLocked(Exception):
    pass


class Scanner:
    """Makes barcodes with a check digit, as the handhelds do."""

    def __init__(self, prefix):
        self.prefix = prefix

    def scan(self):
        digits = f"{self.prefix}{random.randrange(10**9):09d}"
        odd, even = digits[-1::-2], digits[-2::-2]
        return digits + str(-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10)


class Terminal(HttpUser):
    wait_time = between(0.005, 0.02)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.scanner = Scanner("400")
        self.moved = 0
        self.failures = 0
        self.client.headers["X-Location"] = TERMINAL_LOCATION

    def lock(self, bin_id):
        r = self.client.post(f"/echo/bins/{bin_id}/lock", name="/bins/[id]/lock")
        if r.status_code == 423 or random.random() < 0.1:
            raise BinLocked(f"bin {bin_id} is locked")

    def unlock(self, bin_id):
        self.client.delete(f"/echo/bins/{bin_id}/lock", name="/bins/[id]/lock")

    def move(self, source, target, quantity=1):
        self.lock(source)
        try:
            self.lock(target)
            try:
                self.client.post(
                    "/echo/moves",
                    json={"from": source, "to": target, "quantity": quantity},
                    headers={"Content-Type": "application/json"},
                )
                self.moved += quantity
            finally:
                self.unlock(target)
        finally:
            self.unlock(source)

    @task(4)
    def move_goods(self):
        source, target = random.sample(BINS, 2)
        try:
            self.move(source, target, random.randint(1, 12))
        except BinLocked as locked:
            self.failures += 1
            logging.info("%s, %d so far", locked, self.failures)

    @task(2)
    def move_with_retries(self):
        source, target = random.choice(BINS), "GATE-" + str(random.randint(1, 4))
        for attempt in range(1, 4):
            try:
                self.move(source, target)
                break
            except BinLocked as locked:
                if target in str(locked) or attempt == 3:
                    logging.warning("gave up %s -> %s", source, target)
                    return
                time.sleep(0.005 * attempt)

    @task(2)
    def scan_parcel(self):
        barcode = self.scanner.scan()
        with self.client.get(
            f"/echo/parcels/{barcode}", name="/parcels/[barcode]", catch_response=True
        ) as r:
            if barcode not in r.text:
                r.failure(f"wrong parcel: {r.text[:200]}")

    @task(1)
    def log_scan(self):
        self.client.post("/echo/scans", json={"scan": next(scans), "at": TERMINAL_LOCATION})

    @task(2)
    def inventory(self):
        counts = {}
        for bin_id in BINS[:3]:
            r = self.client.get("/json/150", params={"bin": bin_id}, name="/inventory")
            try:
                counts[bin_id] = len(r.json()["items"])
            except:
                counts[bin_id] = None
        if None in counts.values():
            logging.error("incomplete inventory: %s", counts)

    @task(1)
    def end_of_shift(self):
        if self.moved < 10:
            raise RescheduleTask()
        self.client.put("/echo/shifts/current", json={"moved": self.moved, "failed": self.failures})
        self.moved = self.failures = 0
        time.sleep(random.uniform(0.001, 0.01))

    @task(1)
    def self_test(self):
        r = self.client.get("/status/500", name="/selftest")
        if not r.ok:
            logging.error("self test of %s: %s", TERMINAL_LOCATION, r.text)
            raise RuntimeError(f"self test failed with {r.status_code}")
