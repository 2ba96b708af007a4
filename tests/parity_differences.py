"""Where our client is meant to differ from ``requests``, and why.

``docs/differences-from-requests.md`` has the same reasons, word for word.
"""

from __future__ import annotations

REASONS = {
    "raise": "A call does not raise for what servers and networks do, as in Locust: "
    "`status_code` is 0 and `error` says why.",
    "iterator": "The length is known then, and reading does not disturb the times.",
    "none": "`None` means that a field is not sent; requests leaves it to urllib3, which has "
    "defaults of its own.",
    "utf-8": "Bytes beyond Latin-1 are what today's servers read as UTF-8; requests raises.",
    "cookie order": "Servers must not rely on an order between equally long paths (RFC 6265 "
    "section 4.2.2).",
    "cookie twice": "Of two cookies of one name a server takes the first or the last, "
    "nobody knows which.",
    "cookie nameless": "RFC 6265 section 5.2 has it ignored.",
    "cookie semicolon": "It would be two cookies on the wire.",
    "cookie none": "As for headers; requests sends a bare name, which is no cookie.",
    "fragment": "It is never sent, and nothing of a load test depends on it.",
    "root": "It is the URL that was asked.",
    "beyond 599": "HTTP knows no such status, and a load test should not call it a success.",
    "case": "Media types compare without case (RFC 9110 section 8.3.1).",
    "guess": "Guessing a charset from the text costs more than the request.",
    "white space": "It is no part of the value (RFC 9110 section 5.5).",
    "fold": "RFC 9112 section 5.2 allows either.",
    "one coding": "Several codings on top of each other do not occur in practice.",
    "damaged": "Nothing raises: the request is counted as failed, with this reason.",
    "hop body": "Nobody reads it, and keeping it costs memory.",
}

_HEADER = "sent.header."

# Case, reason, and the facts that differ.
DIFFERENCES: dict[str, tuple[str, set[str]]] = {
    "redirect: thirty-one hops": ("raise", {"outcome"}),
    "redirect: to no http": ("raise", {"outcome"}),
    "answer: cut short": ("raise", {"outcome"}),
    "answer: chunks cut short": ("raise", {"outcome"}),
    "answer: nothing": ("raise", {"outcome"}),
    "answer: no http": ("raise", {"outcome"}),
    "answer: redirect to nowhere": ("raise", {"outcome"}),
    "answer: damaged gzip": ("damaged", {"outcome"}),
    "answer: cut gzip": ("damaged", {"content", "text"}),
    "answer: two codings": ("one coding", {"content", "text"}),
    "body: iterator": ("iterator", {_HEADER + "transfer-encoding", _HEADER + "content-length"}),
    "headers: none for the encoding": ("none", {_HEADER + "accept-encoding"}),
    "headers: none for the agent": ("none", {_HEADER + "user-agent"}),
    "headers: beyond latin-1": ("utf-8", {"outcome"}),
    "cookies: session and call": ("cookie order", {_HEADER + "cookie"}),
    "cookies: of the call in a redirect that sets": ("cookie order", {"content", "text"}),
    "cookies: server and call": ("cookie twice", {_HEADER + "cookie"}),
    "cookies: without a value": ("cookie nameless", {"0.cookies", f"1.{_HEADER}cookie"}),
    "cookies: with a semicolon": ("cookie semicolon", {"outcome"}),
    "cookies: none": ("cookie none", {_HEADER + "cookie"}),
    "redirect: to a fragment": ("fragment", {"url"}),
    "redirect: from a fragment": ("fragment", {"url", "history"}),
    "redirect: to an empty path": ("root", {"url"}),
    "response: status 999": ("beyond 599", {"ok", "truth", "raise_for_status"}),
    "answer: text in capitals": ("case", {"encoding", "text"}),
    "answer: json in utf-16 without a type": ("guess", {"text"}),
    "answer: json with a mark": ("guess", {"text"}),
    "answer: spaces round values": ("white space", {"headers"}),
    "answer: folded": ("fold", {"headers"}),
    "answer: redirect with a body": ("hop body", {"history"}),
}
