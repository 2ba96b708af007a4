"""GraphQL gateway of the catalog."""

import hashlib
import json
import random

from goose import HttpUser, between, task

PRODUCT_QUERY = """
query Product($id: ID!) {
  product(id: $id) { id name price { amount currency } reviews(first: 5) { rating text } }
}
"""
SEARCH_QUERY = "query Search($q: String!, $first: Int) { search(q: $q, first: $first) { id name } }"
ADD_REVIEW = """
mutation AddReview($input: ReviewInput!) { addReview(input: $input) { id } }
"""


class Session:
    """A tiny GraphQL client over any HTTP client."""

    def __init__(self, http, url):
        self.http = http
        self.url = url
        self.sent = 0

    def run(self, query, **variables):
        self.sent += 1
        return self.http.post(self.url, json={"query": query, "variables": variables})


class GraphQLError(Exception):
    pass


class CatalogUser(HttpUser):
    wait_time = between(0.005, 0.02)
    endpoint = "/echo/graphql"

    def execute(self, query, variables=None, operation=None):
        body = {"query": query, "variables": variables or {}}
        if operation:
            body["operationName"] = operation
        with self.client.post(
            self.endpoint,
            json=body,
            name=f"graphql {operation or 'anonymous'}",
            catch_response=True,
        ) as response:
            if not response.ok:
                response.failure(f"HTTP {response.status_code}: {response.text[:200]}")
                return None
            data = json.loads(response.json()["body"])
            if "errors" in data:
                messages = [error["message"] for error in data["errors"]]
                response.failure("; ".join(messages))
                raise GraphQLError(messages[0])
            return data

    @task(5)
    def product(self):
        try:
            data = self.execute(PRODUCT_QUERY, {"id": str(random.randint(1, 500))}, "Product")
        except GraphQLError as error:
            print(f"product: {error}")
            return
        if data and data["variables"]["id"].isdigit():
            self.last_product = data["variables"]["id"]

    @task(3)
    def search(self):
        term = random.choice(["lamp", "chair", "desk", "sofa"])
        self.execute(SEARCH_QUERY, {"q": term, "first": 10}, "Search")

    @task(1)
    def add_review(self):
        if not hasattr(self, "last_product"):
            self.product()
        review = {
            "product": self.last_product,
            "rating": random.randint(1, 5),
            "text": random.choice(["Great!", "Meh.", 'Broke "at once"', "Wie erwartet: schön"]),
        }
        data = self.execute(ADD_REVIEW, {"input": review}, operation="AddReview")
        assert data["variables"]["input"] == review

    @task(1)
    def introspection(self):
        self.client.post(
            "/echo/graphql", json={"query": "{ __schema { types { name } } }"}, name="introspection"
        )

    @task(2)
    def persisted_query(self):
        digest = hashlib.sha256(PRODUCT_QUERY.encode()).hexdigest()
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        params = {"operationName": "Product", "extensions": json.dumps(extensions)}
        r = self.client.get(self.endpoint, params=params, name="graphql persisted")
        if digest not in r.text:
            r.failure("PersistedQueryNotFound")

    @task(1)
    def favourites(self):
        session = Session(self.client, self.endpoint)
        for product in ("12", "99"):
            session.run(PRODUCT_QUERY, id=product)
        assert session.sent == 2

    @task(1)
    def batched(self):
        ids = random.sample(range(1, 500), 3)
        batch = [{"query": PRODUCT_QUERY, "variables": {"id": str(i)}} for i in ids]
        r = self.client.post(self.endpoint, data=json.dumps(batch), name="graphql batch")
        sent = json.loads(r.json()["body"])
        if sorted(int(q["variables"]["id"]) for q in sent) != sorted(ids):
            r.failure(f"batch came back as {len(sent)} queries")
