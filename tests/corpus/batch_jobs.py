"""Submits jobs to the batch service and polls until they are done."""

import logging
import random
import time
from time import sleep

from goose import HttpUser, between, task

POLL_EVERY = 0.01
GIVE_UP_AFTER = 8
log = logging.getLogger("jobs")


class JobTimeout(Exception):
    pass


class BatchUser(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.finished = 0
        self.client.headers.update({"X-Client": "loadtest", "Accept": "application/json"})

    def submit(self, kind, **options):
        response = self.client.post(
            "/json/100", json={"kind": kind, "options": options}, name="/jobs"
        )
        response.raise_for_status()
        return response.json()["id"]

    def state_of(self, job_id):
        answer = self.client.get(f"/echo/jobs/{job_id}", name="/jobs/[id]")
        if answer.status_code != 200:
            return "unknown"
        return random.choice(["queued", "running", "running", "done"])

    @task(3)
    def report_job(self):
        job_id = self.submit("report", format="pdf")
        tries = 0
        while tries < GIVE_UP_AFTER:
            state = self.state_of(job_id)
            if state == "done":
                self.finished += 1
                break
            tries += 1
            time.sleep(POLL_EVERY)
        else:
            log.warning("job %s not done after %d tries", job_id, tries)

    @task(2)
    def export_job(self):
        job_id = self.submit("export", rows=random.randrange(100, 10000, 100))
        began = time.perf_counter()
        while True:
            if self.state_of(job_id) == "done":
                self.client.get("/bytes/5000", name="/jobs/[id]/result")
                return
            if time.perf_counter() - began > 0.1:
                break
            sleep(POLL_EVERY)
        log.info(f"gave up after {time.perf_counter() - began:.1f} s")

    @task(1)
    def submit_with_retry(self):
        backoff = 0.005
        for attempt in range(3):
            try:
                status = random.choice([200, 503])
                r = self.client.get(f"/status/{status}", name="/jobs/submit")
                r.raise_for_status()
            except Exception as e:
                log.debug("attempt %d: %s", attempt, e)
                time.sleep(backoff * 2**attempt)
                continue
            return

    @task(1)
    def cancel_job(self):
        job_id = self.submit("sleep", seconds=60)
        self.client.delete(f"/echo/jobs/{job_id}", name="/jobs/[id]")
        try:
            for _ in range(4):
                if self.state_of(job_id) == "done":
                    break
                self.wait()
            else:
                raise JobTimeout(job_id)
        except JobTimeout:
            log.debug("cancelled job %d never ended", job_id)
        finally:
            self.client.get("/empty", name="/jobs/purge")

    @task(2)
    def queue_length(self):
        self.client.get("/json/90", name="/queue")
