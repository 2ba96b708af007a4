"""Load generator of the demo store: browse, fill the cart, check out."""

import logging
import os
import random
import time
from contextlib import contextmanager

from goose import HttpUser, between, task

PRODUCTS = [
    "0PUK6V6EV0",
    "1YMWWN1N4O",
    "2ZYFJ3GM2N",
    "66VCHSJNUP",
    "6E92ZMYYFZ",
    "9SIQT8TOJO",
    "L9ECAV7KIM",
    "LS4PSXUNUM",
    "OLJCESPC7Z",
]
CURRENCIES = ["EUR", "USD", "JPY", "CAD"]
CHECKOUT_TIMEOUT = float(os.environ.get("CHECKOUT_TIMEOUT", "10"))

logger = logging.getLogger(__name__)


class Tracer:
    """Stands in for opentelemetry where it is not installed."""

    def __init__(self, service):
        self.service = service

    @contextmanager
    def start_as_current_span(self, name):
        began = time.perf_counter()
        yield self
        logger.debug("%s/%s %.3f s", self.service, name, time.perf_counter() - began)


tracer = Tracer("load-generator")


class WebsiteUser(HttpUser):
    wait_time = between(0.005, 0.02)
    max_cart = 5

    def on_start(self):
        self.cart = []
        self.currency = "USD"
        self.client.get("/", name="/index")

    @task(1)
    def index(self):
        self.client.get("/")

    @task(2)
    def set_currency(self):
        self.currency = random.choice(CURRENCIES)
        self.client.post("/echo/setCurrency", {"currency_code": self.currency})

    @task(10)
    def browse_product(self):
        self.client.get("/echo/product/" + random.choice(PRODUCTS), name="/product/[id]")

    @task(3)
    def view_cart(self):
        response = self.client.get("/echo/cart", headers={"Cache-Control": "no-cache"})
        if response.status_code != 200:
            logger.error("cart: %d %s", response.status_code, response.text[:200])

    @task(3)
    def add_to_cart(self):
        product = random.choice(PRODUCTS)
        self.client.get("/echo/product/" + product, name="/product/[id]")
        if len(self.cart) >= self.max_cart:
            self.cart = self.cart[1:]
        self.client.post(
            "/echo/cart", {"product_id": product, "quantity": random.choice([1, 2, 3, 4, 5, 10])}
        )
        self.cart.append(product)

    @task(1)
    def checkout(self):
        if not self.cart:
            self.add_to_cart()
        with self.client.post(
            "/echo/cart/checkout",
            {
                "email": "someone@example.com",
                "street_address": "1600 Amphitheatre Parkway",
                "zip_code": "94043",
                "credit_card_number": "4432-8015-6152-0454",
                "credit_card_expiration_month": "1",
                "credit_card_expiration_year": "2039",
                "credit_card_cvv": "672",
                "currency": self.currency,
            },
            timeout=CHECKOUT_TIMEOUT,
            catch_response=True,
        ) as response:
            if response.status_code != 200:
                response.failure(f"checkout failed: {response.text[:200]}")
                return
            if self.currency not in response.text:
                response.failure("order without currency")
        logger.debug("order with %d products placed", len(self.cart))
        self.cart = []

    @task(1)
    def flood_home(self):
        with tracer.start_as_current_span("user_flood_home"):
            for _ in range(random.randint(0, 4)):
                self.client.get("/")

    def on_stop(self):
        self.client.get("/logout", allow_redirects=False)
