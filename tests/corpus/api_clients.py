"""Suite of the platform team: requests go through client objects and page objects."""

import logging
import os
import random

from goose import HttpUser, between, task


class ApiClient:
    """Typed access to the API, shared with the integration tests."""

    def __init__(self, http, prefix="/echo/platform"):
        self.http = http
        self.prefix = prefix

    def call(self, verb, path, **kwargs):
        response = getattr(self.http, verb)(self.prefix + path, name=path, **kwargs)
        if not response.ok:
            logging.warning("%s %s: %s", verb, path, response.status_code)
        return response.json()

    def tenants(self):
        return self.call("get", "/tenants")

    def create_tenant(self, name):
        return self.call("post", "/tenants", json={"name": name})

    def delete_tenant(self, number):
        return self.call("delete", f"/tenants/{number}")


class DashboardPage:
    def __init__(self, user):
        self.user = user
        self.widgets = ["cpu", "memory", "requests"]

    def open(self):
        self.user.client.get("/", name="dashboard")
        for widget in self.widgets:
            self.user.client.get(f"/echo/widgets/{widget}", name="widget")


class PlatformUser(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.api = ApiClient(self.client)

    @task(3)
    def list_tenants(self):
        answer = self.api.tenants()
        assert answer["path"].endswith("/tenants")

    @task(2)
    def create_tenant(self):
        name = f"tenant-{random.randint(1, 10**6)}"
        answer = self.api.create_tenant(name)
        if name not in answer["body"]:
            raise ValueError("tenant was not created")

    @task(1)
    def delete_tenant(self):
        self.api.delete_tenant(random.randint(1, 9))

    @task(2)
    def dashboard(self):
        DashboardPage(self).open()

    @task(4)
    def health(self):
        self.client.get("/echo/platform/health", name="/health", timeout=1)

    @task(1)
    def version(self):
        response = self.client.get("/json/80", name="/version")
        try:
            version = int(response.json()["id"])
        except (KeyError, ValueError):
            version = 0
        if version < int(os.getenv("MINIMUM_VERSION", "7")):
            logging.error("old version %s at %s", version, self.environment.host)
