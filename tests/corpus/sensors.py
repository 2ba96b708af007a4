"""Field devices that send measurements to the ingestion API."""

import gzip
import hashlib
import json
import logging
import random
import time
import uuid
from datetime import datetime

from goose import HttpUser, constant_pacing, task

UNITS = {"temperature": "C", "humidity": "%", "pressure": "hPa"}
BATCH_SIZE = 20


class Device(HttpUser):
    wait_time = constant_pacing(0.015)
    firmware_version = "1.4.2"

    def __init__(self, environment):
        super().__init__(environment)
        self.device_id = f"dev-{uuid.uuid4().hex[:8]}"
        self.sequence = 0
        self.etag = None
        self.client.headers["X-Device-Id"] = self.device_id

    def reading(self, kind):
        self.sequence += 1
        return {
            "device": self.device_id,
            "seq": self.sequence,
            "kind": kind,
            "unit": UNITS[kind],
            "value": round(random.uniform(0, 100), 3),
            "timestamp": datetime.now().isoformat(),
        }

    @task(10)
    def send_reading(self):
        kind = random.choice(["temperature", "humidity", "pressure"])
        with self.client.post(
            "/upload/readings", json=self.reading(kind), catch_response=True
        ) as response:
            if response.status_code == 200 and response.json()["length"] > 0:
                response.success()
            else:
                response.failure(f"reading {self.sequence:04d} refused: {response.text!r}")

    @task(2)
    def send_batch(self):
        readings = [self.reading("temperature") for _ in range(BATCH_SIZE)]
        packed = gzip.compress(json.dumps({"readings": readings}).encode())
        self.client.post(
            "/upload/batch",
            data=packed,
            headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
            name="batch",
        )

    @task(2)
    def heartbeat(self):
        try:
            r = self.client.post("/upload/heartbeat", data=b"", timeout=3)
            r.raise_for_status()
        except Exception as e:
            logging.error("heartbeat of %s: %s", self.device_id, e)

    @task(2)
    def fetch_config(self):
        headers = {"If-None-Match": self.etag} if self.etag else {}
        r = self.client.get(
            "/set-header?ETag=cfg-7&Cache-Control=max-age%3D60", headers=headers, name="config"
        )
        self.etag = r.headers.get("ETag", self.etag)
        if "max-age" not in r.headers["cache-control"]:
            logging.warning("config may not be cached")

    @task(1)
    def alarm(self):
        level = random.choices(["info", "warning", "critical"], weights=[80, 15, 5])[0]
        if level == "info":
            return
        self.client.post(
            "/upload/alarm",
            json={"device": self.device_id, "level": level, "at": time.time()},
            headers={"X-Priority": "high" if level == "critical" else "normal"},
        )

    @task(1)
    def update_firmware(self):
        r = self.client.get("/bytes/8192", name="firmware")
        digest = hashlib.sha256(r.content).hexdigest()
        self.client.post(
            "/upload/firmware/verified",
            json={"version": self.firmware_version, "sha256": digest},
            name="firmware verified",
        )
