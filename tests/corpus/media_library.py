"""Uploads and downloads of the media library."""

import io
import random

from goose import HttpUser, between, tag, task

SIZES = {"thumb": 2_000, "small": 20_000, "medium": 120_000}
MIME = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".pdf": "application/pdf"}
TINY_GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
)


class MediaUser(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.client.verify = False

    @tag("download")
    @task(5)
    def view_image(self):
        size = random.choice(list(SIZES))
        with self.client.get(
            f"/bytes/{SIZES[size]}", name=f"/image/{size}", catch_response=True
        ) as resp:
            if len(resp.content) != SIZES[size]:
                resp.failure(f"{len(resp.content)} bytes of {SIZES[size]}")

    @tag("download")
    @task(2)
    def stream_video(self):
        for part in range(3):
            headers = {"Range": f"bytes={part * 65536}-{(part + 1) * 65536 - 1}"}
            r = self.client.get(
                "/chunked/4/16384", headers=headers, stream=True, name="/video/[id]"
            )
            if int(r.headers.get("Content-Length", 0)) == 0 and not r.content:
                break

    @tag("upload")
    @task(2)
    def upload_image(self):
        files = {"file": ("pixel.gif", TINY_GIF, "image/gif")}
        self.client.post("/upload/images", files=files, data={"album": "holidays"})

    @tag("upload")
    @task(1)
    def upload_document(self):
        document = io.BytesIO()
        for page in range(random.randint(1, 5)):
            document.write(f"--- page {page} ---\n".encode() * 20)
        document.seek(0)
        r = self.client.post(
            "/upload/documents", files={"file": ("scan.pdf", document, MIME[".pdf"])}
        )
        assert r.json()["length"] > 300

    @tag("upload")
    @task(2)
    def put_raw(self):
        extension, mime = random.choice(list(MIME.items()))
        body = TINY_GIF * random.randint(10, 50)
        r = self.client.put(
            "/upload/raw/clip" + extension,
            data=body,
            headers={"Content-Type": mime},
            name="/upload/raw",
            verify=False,
        )
        if r.json().get("length") != len(body):
            r.failure("%d bytes sent, %s stored" % (len(body), r.json().get("length")))

    @task(1)
    def metadata(self):
        self.client.get("/gzip/5000", headers={"Accept-Encoding": "gzip"}, name="/metadata")
