"""What a scalar is to Docker Compose where it wants a text; its own answers are compared in test_compose_config.py."""

from __future__ import annotations

import pytest

from dropcap.carriers.compose.yaml_types import to_string
from dropcap.lang.yaml import Scalar
from dropcap.source import Source, Span


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10", "10"),
        ("+5", "5"),
        ("-0", "0"),
        ("1_000", "1000"),
        ("0x1F", "31"),
        ("017", "15"),
        ("08", "8"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("3.10", "3.1"),
        ("1.0", "1"),
        ("-0.0", "-0"),
        ("0.00012", "0.00012"),
        ("1e-5", "1e-05"),
        ("999999.0", "999999"),
        ("1000000.0", "1e+06"),
        ("1234567.8", "1.2345678e+06"),
        ("1e400", "1e400"),
        (".inf", "+Inf"),
        ("-.INF", "-Inf"),
        (".NaN", "NaN"),
        ("True", "true"),
        ("~", ""),
        ("yes", "yes"),
        ("1.2.3", "1.2.3"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_plain_scalar_is_printed_as_go_prints_its_value(text: str, shown: str) -> None:
    assert to_string(Scalar(text, "", None, Source("f", text), Span(0, len(text)))) == shown


def test_a_text_in_quotes_stays_as_it_is() -> None:
    assert to_string(Scalar("3.10", '"', None, Source("f", '"3.10"'), Span(0, 6))) == "3.10"
