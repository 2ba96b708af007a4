"""Search: queries with facets, suggestions while typing, paging through results."""

import difflib
import os
import random

from goose import HttpUser, between, task

TERMS = [
    "running shoes",
    "wool socks",
    "rain jacket",
    "tent 2 person",
    "gas stove",
    "headlamp",
    "sleeping bag -10",
]
SORTS = ["relevance", "price_asc", "price_desc", "newest"]
FACETS = {"brand": ["acme", "globex", "initech"], "size": ["s", "m", "l"], "color": ["red", "blue"]}
MISSPELLED = ["shose", "jaket", "stoev", "hedlamp"]


def prefixes(term, shortest=3):
    for end in range(shortest, len(term) + 1):
        yield term[:end]


class Searcher(HttpUser):
    wait_time = between(0.005, 0.02)

    @task(6)
    def search(self):
        term = random.choice(TERMS)
        with self.client.get(
            "/echo/search",
            params={"q": term, "sort": random.choice(SORTS)},
            name="/search",
            catch_response=True,
        ) as response:
            try:
                args = dict(response.json()["args"])
            except (ValueError, KeyError, TypeError) as error:
                response.failure(f"{error!r} in {response.text[:200]}")
                return
            if args.get("q") != term:
                response.failure(f"searched for {args.get('q')!r} instead of {term!r}")

    @task(3)
    def filtered_search(self):
        params = {"q": random.choice(TERMS), "page": 1}
        for facet, values in FACETS.items():
            if random.random() < 0.4:
                params[f"f.{facet}"] = random.choice(values)
        timeout = float(os.environ.get("SEARCH_TIMEOUT", "5"))
        self.client.get("/echo/search", params=params, name="/search [facets]", timeout=timeout)

    @task(2)
    def page_through(self):
        term = random.choice(TERMS)
        for page in range(1, 6):
            r = self.client.get(
                "/json/350", params={"q": term, "page": page}, name="/search [page]"
            )
            hits = r.json()["items"]
            if not hits or page * len(hits) > 20:
                break

    @task(3)
    def type_ahead(self):
        term = random.choice(TERMS)
        for typed in list(prefixes(term))[:4]:
            self.client.get("/echo/suggest", params={"q": typed}, name="/suggest")

    @task(1)
    def did_you_mean(self):
        typed = random.choice(MISSPELLED)
        words = " ".join(TERMS).split()
        meant = difflib.get_close_matches(typed, words, n=1)
        self.client.get("/echo/search", params={"q": typed, "meant": meant}, name="/search")

    @task(1)
    def empty_query(self):
        with self.client.get("/status/400", name="/search [empty]", catch_response=True) as r:
            if r.status_code == 400:
                r.success()
            else:
                r.failure("an empty query is accepted")
