"""Where YAML is wrong, and where values stand, when the text is awkward."""

from __future__ import annotations

import pytest

from dropcap.lang.yaml import Mapping, parse
from dropcap.lang.yaml.events import pure_event_getter
from dropcap.model import UnreadableError
from dropcap.source import Source


@pytest.fixture(params=["the C parser", "the pure one"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the pure one":
        monkeypatch.setattr("dropcap.lang.yaml.composer.event_getter", pure_event_getter)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("marks", ["", "\ufeff"])
def test_a_second_byte_order_mark_moves_no_place(encoding: str, marks: str) -> None:
    source = Source.decode("a.yaml", f"{marks}services:\n  a: b\n".encode(encoding))
    assert source.text.startswith(f"{marks}services")
    (top,) = parse(source).documents
    assert isinstance(top, Mapping)
    (services,) = top.pairs
    assert isinstance(services.value, Mapping)
    ((key, value),) = services.value.pairs
    assert source.region(services.key.span)[1:3] == (1, 1 + len(marks))
    assert (source.region(key.span)[1:3], source.region(value.span)[1:3]) == ((2, 3), (2, 6))


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("services:\n  a:\n    cap_add: [\n", (3, 14), "the list that opens here lacks a comma or its closing ]"),
        ("services: [", (1, 11), "the list that opens here"),
        ("a: [b,\n\n", (1, 4), "the list that opens here"),
        ("a: {\n# end\n", (1, 4), "the mapping that opens here lacks a comma or its closing }"),
        ("a: [b, &x {c: d,\n", (1, 11), "the mapping that opens here"),
        ("a: [b, [c],\n", (1, 4), "the list that opens here"),
    ],
)
def test_a_bracket_that_is_never_closed_is_told_where_it_opens(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(Source("a.yaml", text))
    failure = caught.value.failure
    assert message in failure.message
    assert failure.source is not None
    assert failure.span is not None
    assert failure.source.region(failure.span)[1:3] == place
