"""Chat completion endpoint: short and long prompts, conversations, time per answer."""

import json
import os
import random
import time

from goose import HttpUser, between, events, task

MODEL = "honk-7b-instruct"
SYSTEM = {"role": "system", "content": "You are a helpful assistant. Answer in one sentence."}
PROMPTS = [
    "What is the capital of Norway?",
    "Write a haiku about geese.",
    "Explain the CAP theorem to a five-year-old.",
    "Translate 'good morning' into German, French and Greek (καλημέρα).",
    "Why is the sky blue?",
]
LONG_PROMPT = "Summarize the following text. " + "The goose flew south over the lake. " * 200


class TokenCounter:
    """About four characters are a token."""

    def __init__(self):
        self.total = 0

    def add(self, text):
        count = -(-len(text) // 4)
        self.total += count
        return count


counter = TokenCounter()


@events.test_stop.add_listener
def report(environment, **kwargs):
    print(f"about {counter.total} tokens")


class ChatUser(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.history = [SYSTEM]

    def complete(self, messages, max_tokens=64, name="/v1/chat/completions"):
        payload = {
            "model": MODEL,
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": 0.7,
            "stream": False,
        }
        start_time = time.perf_counter()
        with self.client.post(
            "/echo/v1/chat/completions",
            json=payload,
            headers={"Authorization": "Bearer EMPTY"},
            name=name,
            catch_response=True,
        ) as response:
            duration = time.perf_counter() - start_time
            if response.status_code != 200:
                response.failure(f"Error {response.status_code}: {response.text[:200]}")
                return None
            try:
                content = json.loads(response.json()["body"])["messages"][-1]["content"]
            except (json.JSONDecodeError, KeyError, IndexError) as e:
                response.failure(f"Failed to parse response: {e}")
                return None
            if duration > 5.0:
                response.failure(f"Response took {duration:.2f}s")
            else:
                response.success()
        return content

    @task(5)
    def short_prompt(self):
        self.complete([SYSTEM, {"role": "user", "content": random.choice(PROMPTS)}])
        time.sleep(random.uniform(0.001, 0.003))

    @task(1)
    def long_prompt(self):
        answer = self.complete(
            [SYSTEM, {"role": "user", "content": LONG_PROMPT}], 256, name="long prompt"
        )
        if answer is None:
            return
        words = answer.split()
        print("first word: %s, %d words" % (words[0], len(words)))

    @task(3)
    def conversation(self):
        self.history.append({"role": "user", "content": random.choice(PROMPTS)})
        answer = self.complete(self.history, name="conversation")
        if answer:
            counter.add(answer)
            self.history.append({"role": "assistant", "content": answer})
        if len(self.history) > 7:
            self.history = [SYSTEM, *self.history[-2:]]

    @task(2)
    def count_tokens(self):
        prompt = random.choice(PROMPTS)
        tokens = counter.add(prompt)
        self.client.post("/echo/v1/tokenize", json={"prompt": prompt, "expected": tokens})

    @task(1)
    def models(self):
        headers = {"Authorization": f"Bearer {os.environ.get('CHAT_KEY', 'EMPTY')}"}
        models = self.client.get("/json/250", headers=headers, name="/v1/models").json()["items"]
        names = [m["name"] for m in models]
        if MODEL not in names and "item 0" not in names:
            raise RuntimeError("model is not loaded, only: " + ", ".join(names))
