"""Payment API. Writing calls are signed with HMAC over time, path and body."""

import base64
import hashlib
import hmac
import json
import os
import random
import time

from goose import HttpUser, between, task

API_KEY = os.environ.get("PAY_API_KEY", "pk_test_51Hh")
API_SECRET = os.environ.get("PAY_API_SECRET", "sk_test_4eC39HqLyjWDarjtT1zdp7dc").encode()
CURRENCIES = {"EUR": 2, "USD": 2, "JPY": 0}


def sign(path, body, timestamp):
    message = f"{timestamp}{path}{body}".encode()
    return hmac.new(API_SECRET, message, hashlib.sha256).hexdigest()


class Merchant(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.payments = []
        credentials = base64.b64encode(f"{API_KEY}:".encode()).decode()
        self.client.headers["Authorization"] = f"Basic {credentials}"

    def signed_post(self, path, payload, name=None):
        body = json.dumps(payload, separators=(",", ":"))
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Timestamp": timestamp,
            "X-Signature": sign(path, body, timestamp),
        }
        return self.client.post(path, data=body, headers=headers, name=name or path)

    @task(5)
    def create_payment(self):
        currency = random.choice(list(CURRENCIES))
        amount = random.randint(100, 99999)
        response = self.signed_post(
            "/echo/v1/payments",
            {"amount": amount, "currency": currency, "reference": f"order-{amount:05d}"},
        )
        if response.status_code == 200:
            self.payments.append({"amount": amount, "currency": currency})

    @task(1)
    def refund_payment(self):
        if not self.payments:
            return
        payment = self.payments.pop(0)
        self.signed_post(
            "/echo/v1/refunds", {"amount": payment["amount"], "reason": "requested_by_customer"}
        )

    @task(3)
    def list_payments(self):
        params = {"limit": 50, "currency": "EUR", "expand[]": ["customer", "invoice"]}
        with self.client.get(
            "/echo/v1/payments", params=params, name="/v1/payments [list]", catch_response=True
        ) as r:
            if r.json()["args"].count(["expand[]", "customer"]) != 1:
                r.failure("filter ignored")

    @task(2)
    def balance(self):
        total = sum(p["amount"] for p in self.payments if p["currency"] == "EUR")
        r = self.client.get("/json/150", name="/v1/balance")
        try:
            balance = r.json()["balance"]
        except KeyError:
            print(f"no balance in the answer, expected {total / 100:.2f} EUR")
        else:
            assert balance >= total

    @task(1)
    def bad_signature(self):
        with self.client.post(
            "/status/403",
            json={"amount": 1},
            headers={"X-Timestamp": "0", "X-Signature": "0" * 64},
            name="/v1/payments [bad signature]",
            catch_response=True,
        ) as r:
            if r.status_code == 403:
                r.success()
            else:
                r.failure("Bad signature was accepted")

    @task(1)
    def public_key(self):
        r = self.client.get("/bytes/64", name="/v1/key")
        key = base64.b64encode(r.content).decode("ascii")
        assert len(key) == 88
