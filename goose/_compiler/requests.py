"""From a function's tree to instructions (lower): calls of the client."""

from __future__ import annotations

import ast

from goose._compiler.code import (
    WORDS,
)
from goose._compiler.entities import (
    CannotFollow,
    More,
    Rest,
    Verb,
)
from goose._compiler.parts import Part


class Requests(Part):
    """Lowers ``self.client.get(...)`` and its like."""

    def is_request(self, node: ast.expr) -> bool:
        """Whether it is a call of the client."""
        return isinstance(node, ast.Call) and isinstance(self.static(node.func), Verb)

    def request(self, node: ast.Call, verb: Verb, into: int | None, unused: bool) -> int:
        """self.client.get(...)"""
        method = verb.method
        places = ["url", "name"] if method is None else ["url"]
        if method in ("GET", "POST", "PUT", "PATCH"):
            places += ["params" if method == "GET" else "data"]
        if method == "POST":
            places += ["json"]
        given: list[tuple[str, ast.expr]] = []
        arguments = self.spread(node.args)
        keywords = self.keywords_of(node)
        if method is None:
            first = arguments.pop(0) if arguments else keywords.pop("method", None)
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                method = first.value.upper()
            elif first is not None:
                given.append(("method", first))
            else:
                raise CannotFollow(node, "client.request() without a method")
        elif "method" in keywords:
            raise CannotFollow(node, f"client.{verb.method} takes no method=")
        elif method == "HEAD":
            keywords.setdefault("allow_redirects", ast.Constant(False))
        if len(arguments) > len(places) or any(isinstance(a, ast.Starred) for a in arguments):
            raise CannotFollow(node, f"`{self.quote(node)}` has arguments that are not known here")
        given += zip(places, arguments, strict=False)
        for word, value in keywords.items():
            if word not in WORDS or word in dict(given):
                raise CannotFollow(node, f"`{word}=` is no keyword of the client")
            if word in ("catch_response", "stream") and isinstance(value, ast.Constant):
                continue
            given.append((word, value))
        if "url" not in dict(given):
            raise CannotFollow(node, "a request without a URL")
        first_register = self.row([value for _, value in given])
        site = self.program.site(method, [word for word, _ in given], unused)
        target = self.target(into)
        self.code.emit("REQUEST", target, first_register, site, n=len(given))
        if into is None and not unused:
            self.replies.append(target)
        rare = {"files", "cookies", "cert", "proxies", "hooks"}
        for word, value in given:
            if word in rare and not (isinstance(value, ast.Constant) and value.value is None):
                self.note(node, f"is rendered by Python ({word}=)")
                break
        return int(target)

    def spread(self, arguments: list[ast.expr]) -> list[ast.expr]:
        """Arguments, with those of *args where these are the function's own."""
        found: list[ast.expr] = []
        for argument in arguments:
            rest = self.static(argument.value) if isinstance(argument, ast.Starred) else None
            if isinstance(rest, Rest):
                found += [
                    ast.copy_location(ast.Name(f"{rest.name}.{place}", ast.Load()), argument)
                    for place in range(rest.size)
                ]
            else:
                found.append(argument)
        return found

    def handed_on(self, keywords: list[ast.keyword]) -> list[ast.keyword]:
        """Keywords, with those of **kwargs where these are the function's own and known."""
        found: list[ast.keyword] = []
        for keyword in keywords:
            more = self.static(keyword.value) if keyword.arg is None else None
            if isinstance(more, More):
                found += [
                    ast.keyword(
                        key, ast.copy_location(ast.Name(f"{more.name}.{key}", ast.Load()), keyword)
                    )
                    for key in more.keys
                ]
            else:
                found.append(keyword)
        return found

    def keywords_of(self, node: ast.Call) -> dict[str, ast.expr]:
        """Keywords by name, with those of ``**{"name": value}``; "rest": a dict of further ones."""
        found: dict[str, ast.expr] = {}
        for keyword in self.handed_on(node.keywords):
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value
                continue
            if not isinstance(keyword.value, ast.Dict):
                if "rest" in found:
                    raise CannotFollow(node, "more than one ** in a request", "write keywords out")
                found["rest"] = keyword.value
                continue
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    raise CannotFollow(node, "keywords of a request with computed names")
                found[key.value] = value
        return found
