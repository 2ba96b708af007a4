"""API behind a bearer token. The refresh endpoint changed its answer in March; known bug."""

import hashlib
import json
import logging
import os
import time

from goose import FastHttpUser, StopUser, between, task

CLIENT_ID = os.getenv("CLIENT_ID", "loadtest")
CLIENT_SECRET = os.getenv("CLIENT_SECRET", "not-so-secret")
TOKEN_LIFETIME = 0.25  # seconds


class ApiUser(FastHttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.login()

    def login(self):
        resp = self.client.post(
            "/json/120",
            data={"grant_type": "password", "client_id": CLIENT_ID, "secret": CLIENT_SECRET},
            name="/oauth/token",
        )
        if resp.status_code != 200:
            logging.error("login failed: %s %s", resp.status_code, resp.text)
            raise StopUser()
        self.token = resp.json()["token"]
        self.expires = time.time() + TOKEN_LIFETIME

    def auth_headers(self):
        if time.time() > self.expires:
            self.login()
        return {"Authorization": f"Bearer {self.token}"}

    @task(5)
    def profile(self):
        self.client.get("/headers", headers=self.auth_headers(), name="/me")

    @task(3)
    def projects(self):
        with self.client.get(
            "/json/600", headers=self.auth_headers(), name="/projects", catch_response=True
        ) as resp:
            if resp.status_code == 401:
                logging.warning("token expired")
                self.login()
                resp.success()
            elif resp.status_code != 200:
                resp.failure(f"Unexpected status {resp.status_code}")
            elif len(resp.json()["items"]) < 5:
                resp.failure("too few projects")

    @task(2)
    def whoami_is_right(self):
        sent = self.auth_headers()
        seen = self.client.get("/headers", headers=sent, name="/me").json()["headers"]
        assert seen["Authorization"] == sent["Authorization"], "the gateway dropped the token"

    @task(1)
    def create_project(self):
        headers = self.auth_headers()
        headers["Content-Type"] = "application/json"
        body = {"name": "project-" + str(int(time.time() * 1000)), "private": True, "owner": None}
        data = json.dumps(body)
        headers["Idempotency-Key"] = hashlib.sha1(data.encode()).hexdigest()
        r = self.client.post("/echo/projects", data=data, headers=headers)
        stored = json.loads(r.json()["body"])
        if stored != body:
            raise ValueError(f"stored {stored!r}")

    @task(1)
    def refresh(self):
        r = self.client.post("/json/80", json={"refresh_token": self.token}, name="/oauth/refresh")
        self.token = r.json()["access_token"]

    @task(1)
    def without_token(self):
        with self.client.get("/account", name="/me without token", catch_response=True) as resp:
            if resp.status_code == 401:
                resp.success()
