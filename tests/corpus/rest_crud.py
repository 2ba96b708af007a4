"""CRUD cycle of the notes service."""

import random
import string
from uuid import uuid4

from goose import HttpUser, constant, task

BASE = "/echo/api/v1/notes"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
TAGS = ["work", "home", "ideas", "todo"]


def random_title(length=12):
    return "".join(random.choices(string.ascii_lowercase + " ", k=length)).strip().title()


class NotesUser(HttpUser):
    wait_time = constant(0.01)

    def on_start(self):
        self.note_ids = []
        self.created = 0
        self.deleted = 0

    @task(4)
    def create_note(self):
        note_id = str(uuid4())
        payload = {
            "id": note_id,
            "title": random_title(),
            "body": "Lorem ipsum dolor sit amet. " * 4,
            "tags": random.sample(TAGS, 2),
            "pinned": False,
        }
        response = self.client.post(BASE, json=payload, headers=HEADERS)
        if response.status_code in (200, 201):
            self.note_ids.append(note_id)
            self.created += 1

    @task(6)
    def read_note(self):
        if not self.note_ids:
            return
        note_id = random.choice(self.note_ids)
        with self.client.get(
            f"{BASE}/{note_id}", headers=HEADERS, name=f"{BASE}/[id]", catch_response=True
        ) as resp:
            if resp.json()["path"].endswith(note_id):
                resp.success()
            else:
                resp.failure(f"Got the wrong note for {note_id}")

    @task(6)
    def list_notes(self):
        response = self.client.get(BASE, params={"limit": 20, "offset": 0}, headers=HEADERS)
        if response.status_code != 200:
            print("list_notes:", response.status_code, response.text)

    @task(2)
    def update_note(self):
        if self.note_ids:
            note_id = self.note_ids[-1]
            changes = {"title": random_title(20), "pinned": random.random() < 0.2}
            self.client.put(f"{BASE}/{note_id}", json=changes, headers=HEADERS, name=f"{BASE}/[id]")

    @task(1)
    def pin_note(self):
        if self.note_ids:
            url = "%s/%s" % (BASE, random.choice(self.note_ids))
            self.client.patch(url, json={"pinned": True}, headers=HEADERS, name=BASE + "/[id]")

    @task(1)
    def delete_note(self):
        try:
            note_id = self.note_ids.pop()
        except IndexError:
            return
        with self.client.delete(
            f"{BASE}/{note_id}", name=f"{BASE}/[id]", catch_response=True
        ) as resp:
            if resp.status_code not in (200, 204, 404):
                resp.failure(f"delete answered {resp.status_code}: {resp.text}")
            else:
                self.deleted += 1
                resp.success()

    def on_stop(self):
        for note_id in self.note_ids[:3]:
            self.client.delete(f"{BASE}/{note_id}", name=f"{BASE}/[id]")
        print(f"created {self.created} notes, deleted {self.deleted}")
