"""Members' area behind a login form with a CSRF token."""

import re

from goose import HttpUser, between, task

CSRF = re.compile(r'name="token" value="([^"]+)"')


class Member(HttpUser):
    wait_time = between(0.01, 0.02)
    username = "anna"
    password = "goose"

    def on_start(self):
        self.sign_in()
        self.client.cookies.set("theme", "dark")

    def csrf_token(self):
        page = self.client.get("/login")
        match = CSRF.search(page.text)
        return match.group(1) if match else ""

    def sign_in(self):
        r = self.client.post(
            "/login",
            data={"user": self.username, "password": self.password, "token": self.csrf_token()},
        )
        if not r.history or not r.url.endswith("/account"):
            r.failure(f"login went to {r.url}")
        return r

    @task(5)
    def account(self):
        with self.client.get("/account", catch_response=True) as response:
            if self.username not in response.text:
                response.failure("not logged in: " + response.text[:50])

    @task(2)
    def preferences(self):
        with self.client.get("/cookies", name="/preferences", catch_response=True) as r:
            try:
                cookies = r.json()["cookies"]
            except (ValueError, KeyError):
                r.failure(f"no cookies in {r.text[:200]}")
                return
            if cookies.get("theme") != "dark":
                r.failure(f"theme is {cookies.get('theme')}")

    @task(1)
    def change_password(self):
        page = self.client.get("/login", name="/password").text
        token = page.split('value="')[1].split('"')[0]
        with self.client.post(
            "/login",
            data={"user": self.username, "password": self.password, "token": token},
            allow_redirects=False,
            catch_response=True,
            name="/password",
        ) as r:
            if r.status_code == 302 and "session" in r.cookies:
                r.success()
            else:
                r.failure(f"{r.status_code} {r.reason}")

    @task(1)
    def mistyped_password(self):
        data = {"user": self.username, "password": "wrong"}
        with self.client.post("/login", data=data, catch_response=True, name="/login (wrong)") as r:
            if r.status_code == 401:
                r.success()
            else:
                r.failure("let in with a wrong password")

    @task(1)
    def sign_in_again(self):
        self.client.get("/logout", allow_redirects=False)
        self.client.cookies.clear()
        self.on_start()

    def on_stop(self):
        self.client.get("/logout", allow_redirects=False)
