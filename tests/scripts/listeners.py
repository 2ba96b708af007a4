"""Listeners: data loaded at the start, figures judged at the end."""

import json
import logging
import os

from goose import HttpUser, constant, events, task

USERS = []
CALLED = []


@events.init.add_listener
def on_init(environment, runner=None, **kwargs):
    CALLED.append("init")
    assert runner is environment.runner
    environment.my_own = "kept"


@events.test_start.add_listener
def on_test_start(environment, **kwargs):
    CALLED.append("test_start")
    USERS.extend(json.loads('["ada", "bob", "eve"]'))
    logging.info("attack on %s with %s users", environment.host, environment.parsed_options.users)


def on_test_stop(environment, **_):
    CALLED.append("test_stop")
    assert environment.my_own == "kept"


events.test_stop.add_listener(on_test_stop)


@events.quitting.add_listener
def _(environment, **kw):
    CALLED.append("quitting")
    print("called: " + " ".join(CALLED))
    environment.process_exit_code = int(os.environ.get("WANTED_EXIT_CODE", "0"))


class Reader(HttpUser):
    wait_time = constant(0.05)

    @task
    def read(self):
        assert len(USERS) == 3
        for user in USERS:
            self.client.get(f"/echo/{user}")

    @task
    def options(self):
        if self.environment.parsed_options.users != 2:
            raise RuntimeError("parsed_options")
        self.client.get("/missing", name="missing")
