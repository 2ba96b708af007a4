"""Smoke test of the shop front, to be run before every release."""

from goose import HttpUser, between, task

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de,en-US;q=0.7,en;q=0.3",
}


class ShopVisitor(HttpUser):
    wait_time = between(0.005, 0.02)

    @task(8)
    def index(self):
        self.client.get("/")

    @task(5)
    def new_arrivals(self):
        self.client.get("/new", headers=BROWSER)

    @task(3)
    def product_list(self):
        self.client.get("/json/400", headers=BROWSER, name="products")

    @task(2)
    def assets(self):
        self.client.get("/bytes/4096", name="style.css")
        self.client.get("/bytes/1200", name="logo.svg")

    @task
    def about_us(self):
        self.client.get("/utf8", headers={"Accept-Language": "el, de;q=0.5"}, name="about")

    @task
    def terms(self):
        self.client.get("/redirect/1?page=terms", name="terms")

    @task(2)
    def newsletter(self):
        self.client.post("/upload", data={"email": "test@example.com", "list": "weekly"})
