"""A login form in on_start, its cookie in every task, a logout in on_stop."""

import re

from goose import HttpUser, between, task


class Member(HttpUser):
    wait_time = between(0.01, 0.03)

    def on_start(self):
        page = self.client.get("/login")
        token = re.search(r'name="token" value="([^"]+)"', page.text).group(1)
        response = self.client.post(
            "/login", data={"user": "goose", "password": "honk", "token": token}
        )
        self.name = "goose"
        if response.status_code != 200 or not response.history:
            response.failure(f"no login: {response.text[:50]}")

    @task
    def account(self):
        with self.client.get("/account", catch_response=True) as response:
            if self.name not in response.text:
                response.failure("not logged in")

    def on_stop(self):
        self.client.get("/logout", allow_redirects=False)
