"""The primitives of task programs (csrc/plan) beside Python's own: each gives what Python gives, or
declines. What is common must not be declined."""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goose._engine import evaluate

EXAMPLES = int(os.environ.get("GOOSE_EXAMPLES", "400"))
thorough = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


# ---- comparing ------------------------------------------------------------------------------


def find(text: str, *steps: Any) -> Any:
    value = json.loads(text)
    for step in steps:
        assert not isinstance(value, str)
        value = value[step]
    return value


def order(a: Any, b: Any) -> int:
    if a < b:
        return -1
    if a > b:
        return 1
    assert a == b
    return 0


OWN: dict[str, Callable[..., Any]] = {
    "str": str,
    "repr": repr,
    "format": format,
    "percent": lambda value, spec: spec % (value,),
    "json_loads": json.loads,
    "json_dumps": json.dumps,
    "json_find": find,
    "int": int,
    "float": float,
    "slice": lambda s, start, stop, step: s[start:stop:step],
    "index": lambda s, i: s[i],
    "contains": lambda s, part: part in s,
    "equal": lambda a, b: a == b,
    "order": order,
    "truth": bool,
}


def pythons(name: str, *args: Any) -> Any:
    if name in OWN:
        return OWN[name](*args)
    return getattr(args[0], name.partition(".")[2])(*args[1:])


def same(a: Any, b: Any) -> bool:
    """Equal in every part: types, the sign of zero, the order of keys. NaN is itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return bool(a == b)


def agrees(name: str, *args: Any) -> None:
    """Where the primitive does not decline, Python gives the same (and does not raise)."""
    try:
        given = evaluate(name, *args)
    except NotImplementedError:
        return
    try:
        wanted = pythons(name, *args)
    except Exception as error:
        pytest.fail(f"{name}{args!a} gives {given!a}, where Python raises {error!r}")
    assert same(given, wanted), f"{name}{args!a} gives {given!a}, not {wanted!a}"


# ---- what must be native --------------------------------------------------------------------

BODY = json.dumps(
    {
        "token": "eyJhbGciOiJIUzI1NiJ9.e30",
        "total": 5231,
        "items": [
            {"id": 1000 + i, "name": f'Caf\u00e9 "{i}"', "price": 19.99 + i, "tags": ["a", "b"]}
            for i in range(8)
        ],
        "next": None,
    }
)

NATIVE: list[tuple[Any, ...]] = [
    ("str", "text"),
    ("str", 12),
    ("str", -(2**63)),
    ("str", 1.5),
    ("str", True),
    ("str", None),
    ("str", b"a\xff'"),
    ("str", [1, "it's", (2.0,), {"a": None}]),
    ("repr", 'it\'s \\ "quoted"\n\x00'),
    ("repr", "Grüße, 世界 \U0001f600"),
    ("repr", 0.1 + 0.2),
    ("repr", 5e-324),
    ("repr", 1e22),
    ("repr", 2.0**-44),
    ("repr", {"a": [1, (2,), ()], 3: {}, None: b"x"}),
    ("format", 42, "05d"),
    ("format", 1234567, ",d"),
    ("format", 255, "#06x"),
    ("format", 3, ".2f"),
    ("format", 3.14159, ".2f"),
    ("format", 1234.5, "012,.2f"),
    ("format", 0.25, ".1%"),
    ("format", 1e-7, ""),
    ("format", 12345.678, "g"),
    ("format", math.inf, ">8"),
    ("format", "größe", "*^12"),
    ("format", "abc", ".2s"),
    ("format", True, ""),
    ("format", None, ""),
    ("percent", 42, "%05d"),
    ("percent", 3.14159, "%.2f"),
    ("percent", "a", "%-5s"),
    ("percent", 255, "%#x"),
    ("percent", {"a": 1}, "%s"),
    ("percent", "a", "%r"),
    ("percent", 2.75, "%d"),
    ("json_loads", BODY),
    ("json_loads", '[1, -0, 1.5, 1e400, NaN, "\\ud83d\\ude00\\n", true, null, {}]'),
    ("json_loads", ' {"a": 1, "b": 2, "a": 3} '),
    ("json_dumps", json.loads(BODY)),
    ("json_dumps", [1, -1.5, "é\U0001f600\x00\x7f", (True, None), {1: 2, None: 3}]),
    ("json_dumps", [math.nan, math.inf, -math.inf, 1e16]),
    ("json_find", BODY, "token"),
    ("json_find", BODY, "items", 3, "id"),
    ("json_find", BODY, "items", -1, "name"),
    ("json_find", BODY, "items", 0),
    ("json_find", BODY, "items"),
    ("json_find", BODY),
    ("int", "12"),
    ("int", " -1_000\n"),
    ("int", "ff", 16),
    ("int", "0x1f", 0),
    ("int", b"7"),
    ("float", "1.5"),
    ("float", " -1e-3 "),
    ("float", "inf"),
    ("float", "nan"),
    ("float", "1_0.5"),
    ("float", "9007199254740993"),
    ("slice", "abcdef", 1, -1, None),
    ("slice", "aé日\U0001f600z", None, None, -1),
    ("slice", b"abc", None, 2, None),
    ("index", "aé日", -1),
    ("index", b"abc", 1),
    ("contains", "banana", "nan"),
    ("contains", b"banana", b"x"),
    ("equal", 1, 1.0),
    ("equal", True, 1),
    ("equal", "a", b"a"),
    ("equal", [1, {"a": (2,)}], [1, {"a": (2,)}]),
    ("equal", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ("equal", math.nan, math.nan),
    ("order", 1, 2.5),
    ("order", 2**62 + 1, float(2**62)),
    ("order", "é", "z"),
    ("order", [1, "a"], [1, "b"]),
    ("order", b"b", b"a"),
    ("truth", ""),
    ("truth", [0]),
    ("truth", {}),
    ("truth", 0.0),
    ("str.upper", "aBc1"),
    ("str.lower", "aBc1"),
    ("str.title", "they're here"),
    ("str.capitalize", "hELLO"),
    ("str.swapcase", "aB"),
    ("str.casefold", "aB"),
    ("str.strip", "  a b \n"),
    ("str.strip", "\u3000é\u00a0"),
    ("str.strip", "xxaxx", "x"),
    ("str.lstrip", " a "),
    ("str.rstrip", " a ", None),
    ("str.split", " a  b "),
    ("str.split", "a,b,c", ","),
    ("str.split", "a,b,c", ",", 1),
    ("str.split", "é→ü", "→"),
    ("str.rsplit", "a/b/c", "/", 1),
    ("str.splitlines", "a\r\nb\u2028c", True),
    ("str.join", ", ", ["a", "é"]),
    ("str.join", "", ("a", "b")),
    ("str.replace", "banana", "an", "é"),
    ("str.replace", "aé", "", "-"),
    ("str.replace", "aaa", "a", "b", 2),
    ("str.find", "éaé", "é", 1),
    ("str.find", "abc", "x"),
    ("str.rfind", "éaé", "é"),
    ("str.index", "abc", "c"),
    ("str.rindex", "abcc", "c"),
    ("str.count", "aaaa", "aa"),
    ("str.startswith", "/path", "/"),
    ("str.startswith", "/path", ("x", "/p")),
    ("str.endswith", "a.json", ".json"),
    ("str.isdigit", "12"),
    ("str.isalpha", "ab"),
    ("str.isalnum", "a1"),
    ("str.isspace", " \x1f"),
    ("str.isupper", "AB"),
    ("str.islower", "ab"),
    ("str.isnumeric", "12"),
    ("str.isdecimal", "1a"),
    ("str.istitle", "Ab Cd"),
    ("str.isascii", "é"),
    ("str.isprintable", "a b"),
    ("str.isidentifier", "a_1"),
    ("str.zfill", "-5", 4),
    ("str.ljust", "é", 4),
    ("str.rjust", "a", 4, "日"),
    ("str.center", "ab", 5),
    ("str.partition", "a=b=c", "="),
    ("str.rpartition", "abc", "="),
    ("str.removeprefix", "abc", "ab"),
    ("str.removesuffix", "abc", "bc"),
    ("str.encode", "é"),
    ("str.encode", "é", "latin-1"),
    ("str.encode", "a", "ascii"),
    ("str.expandtabs", "a\tb", 4),
    ("bytes.decode", b"\xc3\xa9"),
    ("bytes.decode", b"ab", "ascii"),
    ("bytes.decode", b"\xe9", "latin-1"),
    ("bytes.hex", b"\x00\xff"),
    ("bytes.find", b"abc", b"c"),
    ("bytes.startswith", b"abc", b"a"),
    ("bytes.endswith", b"abc", (b"c",)),
    ("bytes.split", b"a b"),
    ("bytes.split", b"a,b", b","),
    ("bytes.join", b",", [b"a", b"\xff"]),
    ("bytes.replace", b"aba", b"a", b"\xff"),
    ("bytes.strip", b" a\x1c "),
    ("bytes.upper", b"a\xe9"),
]


@pytest.mark.parametrize("call", NATIVE, ids=lambda call: ascii(call)[:60])
def test_common_inputs_are_not_declined(call: tuple[Any, ...]) -> None:
    assert same(evaluate(*call), pythons(*call))


REFUSED: list[tuple[Any, ...]] = [
    ("json_loads", "[1,]"),
    ("json_loads", '"\x1f"'),
    ("json_loads", "\ufeff1"),
    ("json_find", '{"a": [1]}', "b"),
    ("json_find", '{"a": [1]}', "a", 1),
    ("json_find", '{"a": {"b": 1}, "a": {}}', "a", "b"),
    ("json_dumps", b"bytes"),
    ("json_dumps", {1, 2}),
    ("int", "1.5"),
    ("int", "1__0"),
    ("float", "1e"),
    ("format", "a", "d"),
    ("format", 1, ".2d"),
    ("format", None, "5"),
    ("percent", "a", "%d"),
    ("slice", "abc", None, None, 0),
    ("index", "abc", 3),
    ("str.index", "abc", "x"),
    ("str.join", ",", ["a", 1]),
    ("str.split", "a", ""),
    ("str.encode", "é", "ascii"),
    ("bytes.decode", b"\xff"),
    ("order", 1, "a"),
    ("order", {}, {}),
]


@pytest.mark.parametrize("call", REFUSED, ids=lambda call: ascii(call)[:60])
def test_what_python_raises_at_is_declined(call: tuple[Any, ...]) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - of any kind
        pythons(*call)
    with pytest.raises(NotImplementedError):
        evaluate(*call)


@pytest.mark.parametrize(
    "call",
    [
        ("json_loads", "9223372036854775808"),
        ("json_loads", '"\\ud800"'),
        ("json_loads", "[" * 201 + "]" * 201),
        ("str", 2**63),
        ("str.upper", "ß"),
        ("str.upper", "\ud800"),
        ("repr", "\u2028"),
        ("equal", [math.nan], [math.nan]),
        ("no such primitive", 1),
    ],
    ids=lambda call: ascii(call)[:60],
)
def test_what_is_not_sure_is_declined(call: tuple[Any, ...]) -> None:
    with pytest.raises(NotImplementedError):
        evaluate(*call)


# ---- what is generated ----------------------------------------------------------------------

ODD = "\"'\\/{}[],:_+-.eE \t\n\r\x0b\x1c\x00\x7f\x85\xa0é日\u2003\u2028\U0001f600"
words = st.one_of(
    st.text(max_size=20),
    st.text("abcXYZ019 ,", max_size=20),
    st.text(ODD + "ab01", max_size=20),
    st.text('xyz \\"é', min_size=50, max_size=200),
)
byte_words = st.one_of(st.binary(max_size=20), words.map(str.encode))
ints = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-1000, 1000),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**18, 999999]),
)
floats = st.one_of(
    st.floats(),
    st.floats(-1e6, 1e6).map(lambda f: round(f, 3)),
    st.floats(1e-7, 1e17),
    st.integers(-1074, 1023).map(lambda e: math.ldexp(1.0, e)),
    st.tuples(st.integers(0, 10**17), st.integers(0, 20)).map(lambda p: p[0] / 10 ** p[1]),
    st.integers(0, 4000).map(lambda n: n / 8),
)
scalars = st.one_of(st.none(), st.booleans(), ints, floats, words)
keys = st.one_of(words, st.sampled_from(["a", "b", "id"]), ints, st.booleans(), st.none())
values = st.recursive(
    st.one_of(scalars, byte_words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(words, st.sampled_from(["a", "b"])), inner, max_size=5),
    ),
    max_leaves=20,
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """JSON in several styles, with keys that stand twice; some of it damaged."""
    text = json.dumps(
        draw(documents),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 2, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":")])),
    )
    if draw(st.booleans()):
        text = text.replace('"b":', '"a":')
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        new = draw(st.sampled_from([*'{}[]",:0.eE+-\\utn \x00\x1f\x7fé', "", "\\ud83d", "\\ude00"]))
        text = text[:at] + new + text[at + draw(st.integers(0, 2)) :]
    return text


lone_texts = st.one_of(
    st.text("0123456789.eE+-", min_size=1, max_size=25),
    floats.map(repr),
    ints.map(str),
    st.sampled_from(
        str.split(
            "NaN Infinity -Infinity -NaN nan tru null -0 -0.0 01 1. .5 +1 [,] {} 1e400 1e-400"
        )
    ),
)


@st.composite
def specs(draw: st.DrawFn) -> str:
    fill = draw(st.sampled_from(["", "", "*", "0", "é", "日", "<"]))
    return "".join(
        [
            fill + draw(st.sampled_from("<>=^")) if fill or draw(st.booleans()) else "",
            draw(st.sampled_from(["", "", "+", "-", " "])),
            draw(st.sampled_from(["", "", "", "#", "z"])),
            draw(st.sampled_from(["", "", "0"])),
            draw(st.sampled_from(["", "", "1", "7", "12", "25", "130"])),
            draw(st.sampled_from(["", "", "", ",", "_"])),
            draw(st.sampled_from(["", "", ".0", ".1", ".2", ".6", ".17", ".30", ".101", "."])),
            draw(st.sampled_from([*"dboxXceEfFgG%sn", "", "", "dd"])),
        ]
    )


@st.composite
def conversions(draw: st.DrawFn) -> str:
    return "".join(
        [
            "%",
            draw(st.text("-+ #0", max_size=3)),
            draw(st.sampled_from(["", "", "3", "12", "25"])),
            draw(st.sampled_from(["", "", ".", ".0", ".2", ".15", ".25"])),
            draw(st.sampled_from(["", "", "", "h", "l", "L"])),
            draw(st.sampled_from([*"diuoxXeEfFgGcrsa", "%", "z"])),
        ]
    )


@given(values)
@thorough
def test_str_and_repr(value: Any) -> None:
    agrees("str", value)
    agrees("repr", value)
    agrees("truth", value)


@given(floats)
@thorough
def test_repr_of_floats(value: float) -> None:
    assert evaluate("repr", value) == repr(value)
    assert evaluate("json_dumps", value) == json.dumps(value)
    assert same(evaluate("float", repr(value)), value)


@given(st.one_of(ints, floats, words, scalars, values), st.one_of(specs(), words))
@thorough
def test_format(value: Any, spec: str) -> None:
    agrees("format", value, spec)


@given(floats, st.integers(0, 20), st.sampled_from("eEfFgG%"))
@thorough
def test_format_of_floats_is_native(value: float, precision: int, kind: str) -> None:
    spec = f".{precision}{kind}"
    assert evaluate("format", value, spec) == format(value, spec)
    if kind != "%":
        assert evaluate("percent", value, "%" + spec) == ("%" + spec) % value


@given(st.one_of(ints, floats, words, values), conversions())
@thorough
def test_percent(value: Any, spec: str) -> None:
    agrees("percent", value, spec)


@given(st.one_of(json_texts(), lone_texts))
@thorough
def test_json_loads(text: str) -> None:
    agrees("json_loads", text)


@given(values)
@thorough
def test_json_dumps(value: Any) -> None:
    agrees("json_dumps", value)


@given(documents, st.booleans())
@thorough
def test_json_there_and_back_is_native(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    try:
        whole = json.loads(text)
        if text != json.dumps(whole, ensure_ascii=ascii_only):
            return  # a key stands twice
    except ValueError:
        return
    if any(abs(number) >= 2**63 for number in integers_in(whole)):
        return
    assert same(evaluate("json_loads", text), whole)
    assert evaluate("json_dumps", whole) == json.dumps(whole)


def integers_in(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in integers_in(item)]
    if isinstance(value, list):
        return [number for item in value for number in integers_in(item)]
    return [value] if isinstance(value, int) else []


@given(json_texts(), st.data())
@thorough
def test_json_find(text: str, data: st.DataObject) -> None:
    try:
        value = json.loads(text)
    except ValueError:
        return
    steps: list[Any] = []
    while isinstance(value, (dict, list)) and value and data.draw(st.integers(0, 9)):
        if isinstance(value, dict):
            steps.append(data.draw(st.sampled_from(list(value))))
        else:
            steps.append(data.draw(st.integers(-len(value), len(value) - 1)))
        value = value[steps[-1]]
    if data.draw(st.integers(0, 9)) == 0:
        steps.append(data.draw(st.sampled_from(["a", "", 0, -1, True, None, 1.0])))
    agrees("json_find", text, *steps)


number_texts = st.one_of(
    st.text("0123456789_+-. eExXobBafFinty\t\u0660", max_size=10),
    ints.map(str),
    floats.map(repr),
    st.tuples(floats, st.integers(0, 30)).map(lambda p: f"{p[0]:.{p[1]}e}"),
    st.tuples(st.integers(0, 2**70), st.integers(0, 2**70), st.integers(-330, 310)).map(
        lambda p: f"{p[0]}.{p[1]}e{p[2]}"
    ),
    st.sampled_from([" inf", "-Infinity ", "NaN", "+nan", "1_0.5", "1_.5", "1" * 30, "\x1c1"]),
)


@given(number_texts, st.sampled_from([None, 0, 2, 7, 8, 10, 16, 36]))
@thorough
def test_numbers_of_text(text: str, base: int | None) -> None:
    agrees("float", text)
    agrees("float", text.encode())
    agrees("int", text, *([] if base is None else [base]))


bounds = st.one_of(st.none(), st.integers(-12, 12), st.integers(-(2**63), 2**63 - 1), st.booleans())


@given(st.one_of(words, byte_words), bounds, bounds, bounds)
@thorough
def test_parts(text: str | bytes, start: Any, stop: Any, step: Any) -> None:
    agrees("slice", text, start, stop, step)
    agrees("slice", text, start, stop, None)
    if type(start) is int:
        agrees("index", text, start)


@given(words, words)
@thorough
def test_contains(text: str, other: str) -> None:
    agrees("contains", text, other)
    agrees("contains", text + other + text, other)


@given(values, values)
@thorough
def test_equal_and_order(a: Any, b: Any) -> None:
    agrees("equal", a, b)
    agrees("equal", a, a)
    agrees("order", a, b)
    agrees("order", [a, b], [a, a])


@given(st.one_of(ints, floats), st.one_of(ints, floats))
@thorough
def test_equal_and_order_of_numbers(a: float, b: float) -> None:
    agrees("equal", a, b)
    agrees("order", a, b)
    if math.isfinite(a) and abs(a) < 2**62:
        agrees("order", a, int(a))


# ---- methods --------------------------------------------------------------------------------

CHANGE = ["upper", "lower", "title", "capitalize", "swapcase", "casefold"]
ASK = ["isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "isnumeric", "isdecimal"]
ASK += ["istitle", "isascii", "isprintable", "isidentifier"]
SPACE = ["strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "expandtabs"]


def method_agrees(text: str | bytes, method: str, *args: Any) -> None:
    agrees(f"{type(text).__name__}.{method}", text, *args)


@st.composite
def texts_with_parts(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """(text, a part of it or not, another one), all str or all bytes."""
    some = draw(st.sampled_from([words, byte_words]))
    text, other, third = draw(some), draw(some), draw(some)
    start = draw(st.integers(0, max(len(text) - 1, 0)))
    part = text[start : start + draw(st.integers(0, 3))]
    return text, draw(st.sampled_from([part, part, other])), third


@given(st.one_of(words, st.text(max_size=5), byte_words))
@thorough
def test_methods_without_arguments(text: str | bytes) -> None:
    for method in CHANGE + ASK + SPACE:
        if hasattr(text, method):
            method_agrees(text, method)


small = st.integers(-3, 30)


@given(texts_with_parts(), small, small)
@thorough
def test_methods_that_take_to_pieces(texts: tuple[Any, Any, Any], i: int, j: int) -> None:
    text, part, other = texts
    for method in ("strip", "lstrip", "rstrip", "split", "rsplit", "partition", "rpartition"):
        method_agrees(text, method, part)
    for method in ("split", "rsplit"):
        method_agrees(text, method, part, i % 5 - 1)
        method_agrees(text, method, None, i % 5 - 1)
    for method in ("removeprefix", "removesuffix"):
        method_agrees(text, method, part)
        method_agrees(part + text + part, method, part)
    method_agrees(text, "splitlines", True)
    method_agrees(text, "replace", part, other)
    method_agrees(text, "replace", part, other, i)
    method_agrees(part, "join", [text, other, text])
    method_agrees(part, "join", (other,) * (j % 4))


@given(texts_with_parts(), bounds, bounds)
@thorough
def test_methods_that_search(texts: tuple[Any, Any, Any], start: Any, stop: Any) -> None:
    text, part, other = texts
    methods = ("find", "rfind", "index", "rindex", "count", "startswith", "endswith")
    for method in methods:
        method_agrees(text, method, part)
        method_agrees(text, method, part, start)
        method_agrees(text, method, part, start, stop)
    for method in methods[-2:]:
        method_agrees(text, method, (other, part), start)
        method_agrees(part + text + part, method, part)


@given(st.one_of(words, byte_words), small, st.characters(codec="utf-8"))
@thorough
def test_methods_that_pad(text: str | bytes, width: int, fill: str) -> None:
    unit: Any = fill if isinstance(text, str) else fill.encode()
    for method in ("ljust", "rjust", "center"):
        method_agrees(text, method, width)
        method_agrees(text, method, width, unit)
    method_agrees(text, "zfill", width)
    method_agrees(text, "expandtabs", width)


CODINGS = ["utf-8", "UTF8", "ascii", "latin-1", "ISO-8859-1", "utf-16", "cp1252"]


@given(words, byte_words, st.sampled_from(CODINGS))
@thorough
def test_codecs(text: str, data: bytes, coding: str) -> None:
    method_agrees(text, "encode", coding)
    method_agrees(data, "decode", coding)
    method_agrees(data, "decode", coding, "replace")
    method_agrees(data, "decode")
    method_agrees(data, "hex")
