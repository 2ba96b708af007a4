"""Game backend: matches, scores, the leaderboard."""

import random
import string
import time

from goose import HttpUser, TaskSet, constant, task

REGIONS = ["eu-west", "us-east", "ap-south"]
WEAPONS = ["sword", "bow", "staff", "honk"]
WIN_XP, LOSS_XP = 120, 35


class Player(HttpUser):
    wait_time = constant(0.005)

    def on_start(self):
        self.nick = "goose_" + "".join(random.choices(string.ascii_letters + string.digits, k=6))
        self.xp = 0
        self.wins = self.losses = 0
        self.inventory = {"honk": 1}
        self.client.post(
            "/echo/players", json={"nick": self.nick, "region": random.choice(REGIONS)}
        )

    @property
    def level(self):
        return 1 + self.xp // 1000

    @task(5)
    class Match(TaskSet):
        def on_start(self):
            self.round = 0
            self.score = [0, 0]

        @task(4)
        def play_round(self):
            self.round += 1
            side = random.randint(0, 1)
            self.score[side] += 1
            response = self.client.post(
                "/echo/match/round",
                json={"n": self.round, "score": self.score, "weapon": random.choice(WEAPONS)},
            )
            if response.status_code != 200:
                print(f"round {self.round} was lost: {response.status_code} {response.text}")
                return
            if max(self.score) == 3:
                self.finish()

        @task(1)
        def emote(self):
            self.client.post("/echo/match/emote", json={"emote": "honk!"})

        def finish(self):
            own, other = self.score
            if own > other:
                self.user.wins += 1
                self.user.xp += WIN_XP
            else:
                self.user.losses += 1
                self.user.xp += LOSS_XP
            self.interrupt()

    @task(3)
    def top_ten(self):
        entries = self.client.get("/json/900", name="/leaderboard").json()["items"]
        best = sorted(entries, key=lambda entry: entry["id"], reverse=True)[:10]
        self.client.get(
            "/echo/players", params={"ids": ",".join(str(e["id"]) for e in best)}, name="/players"
        )

    @task(2)
    def loot(self):
        deck = WEAPONS * 2
        random.shuffle(deck)
        found = deck[: random.randint(1, 3)]
        for weapon in found:
            self.inventory[weapon] = self.inventory.get(weapon, 0) + 1
        self.client.post(
            "/echo/inventory", json={"player": self.nick, "items": self.inventory, "found": found}
        )

    @task(1)
    def profile(self):
        with self.client.get(
            f"/echo/players/{self.nick}?level={self.level}",
            name="/players/[nick]",
            catch_response=True,
        ) as r:
            played = self.wins + self.losses
            ratio = self.wins / played if played else 0
            if not 0 <= ratio <= 1:
                r.failure(f"{self.nick=} has a ratio of {ratio:.3f}")
            elif r.elapsed.total_seconds() > 1.0:
                r.failure("slow profile")

    @task(1)
    def daily_reward(self):
        today = int(time.time()) // 86400
        if hasattr(self, "rewarded") and self.rewarded == today:
            return
        self.client.post("/echo/rewards", json={"day": today, "player": self.nick})
        self.rewarded = today
