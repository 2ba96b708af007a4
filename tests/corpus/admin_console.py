"""Console of the administrators: basic auth, roles, user management."""

import logging
import os
import re
from enum import Enum
from http import HTTPStatus

from goose import HttpUser, StopUser, task

ADMIN_USER = os.environ.get("ADMIN_USER", "root")
ADMIN_PASSWORD = os.environ.get("ADMIN_PASSWORD", "toor")
MAX_ROUNDS = int(os.getenv("MAX_ROUNDS", "1000"))


class Role(Enum):
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Config:
    page_size = 25
    api = "/echo/admin/v2"
    roles = [Role.VIEWER, Role.EDITOR, Role.ADMIN]


class Administrator(HttpUser):
    rounds = 0

    def wait_time(self):
        # the more users, the slower each of them
        return min(0.02, 0.002 * self.environment.parsed_options.users)

    def on_start(self):
        self.client.auth = (ADMIN_USER, ADMIN_PASSWORD)
        logging.debug("console at %s", self.environment.host)

    @property
    def users_url(self):
        return Config.api + "/users"

    @task(3)
    def who_am_i(self):
        with self.client.get(
            f"/basic-auth/{ADMIN_USER}/{ADMIN_PASSWORD}", name="/whoami", catch_response=True
        ) as r:
            if r.status_code == HTTPStatus.OK and r.json()["authenticated"]:
                r.success()
            else:
                r.failure(f"not authorized as {ADMIN_USER}")

    @task(4)
    def list_users(self):
        for page in range(1, 4):
            self.client.get(
                self.users_url, params={"page": page, "size": Config.page_size}, name="/users"
            )

    @task(2)
    def grant_role(self):
        self.rounds += 1
        if self.rounds > MAX_ROUNDS:
            raise StopUser()
        role = Config.roles[self.rounds % len(Config.roles)]
        r = self.client.put(
            url=f"{self.users_url}/17/role", json={"role": role.value}, name="/users/[id]/role"
        )
        if role == Role.ADMIN and r.status_code != 200:
            logging.error("could not make user 17 an admin")

    @task(1)
    def audit_log(self):
        host = self.environment.host.rstrip("/")
        r = self.client.get(
            host + "/json/2000", headers={"Accept": "application/json"}, name="/audit"
        )
        names = re.findall(r'"name": "([^"]+)"', r.text)
        if len(names) < Config.page_size:
            r.failure(f"only {len(names)} entries in the audit log")

    @task(1)
    def wrong_password(self):
        with self.client.get(
            "/basic-auth/root/nope", auth=("root", "wrong"), catch_response=True, name="/whoami"
        ) as r:
            if r.status_code == 401 and "Basic" in r.headers["WWW-Authenticate"]:
                r.success()
