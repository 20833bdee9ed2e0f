"""A Perl script that becomes another user and starts what it is given is followed where each statement is read."""

from __future__ import annotations

import pytest

from dropcap.needs.perl_switches import switch_in

ACCOUNT = "my ($u, $g) = (getpwnam 'app')[2, 3];\n"
START = "exec @ARGV;\n"


@pytest.mark.parametrize(
    ("script", "user"),
    [
        (f'use strict;\nuse warnings;\n{ACCOUNT}$( = $g;\n$) = "$g $g";\n$< = $u; $> = $u;\n{START}', "app"),
        (f'{ACCOUNT}($<, $>) = ($u, $u);\ndie "user: $!" if $> != $u;\n{START}', "app"),
        (f"my $u = getpwnam('app');\n$UID = $u;\n$EUID = $u;\n$ENV{{HOME}} = '/srv';\n{START}", "app"),
        (f'{ACCOUNT}$< = $u;\n$> = $u;\nexec {{ $ARGV[0] }} @ARGV or die "exec: $!";\n', "app"),
        (
            f"{ACCOUNT}$< = $u;\n$> = $u;\nopen my $f, '>>', '/data/x' or die \"$!\";\nprint $f \"$$\\n\";\n{START}",
            "app",
        ),
        (f"{ACCOUNT}$< = $u;\n{START}", None),  # its rights are the other one's still
        (f"{ACCOUNT}$> = $u;\n{START}", None),
        (f"{ACCOUNT}$< = $g;\n$> = $g;\n{START}", None),
        (f"{ACCOUNT}open my $f, '>>', '/data/x';\n$< = $u;\n$> = $u;\n{START}", None),  # as root
        (f"{ACCOUNT}$< = $u;\n$> = $u;\n$> = $<;\n{START}", None),
        (f"{ACCOUNT}$< = $u;\n$> = $u;\nsystem 'x';\n{START}", None),
        (f'{ACCOUNT}die "$x{{`id`}}";\n$< = $u;\n$> = $u;\n{START}', None),
        (f'{ACCOUNT}die "x" if system(x);\n$< = $u;\n$> = $u;\n{START}', None),
        (f"{ACCOUNT}if ($x) {{ $< = $u; $> = $u; }}\n{START}", None),
        (f"{ACCOUNT}$< = $u;\n$> = $u;\nexec 'nginx';\n", None),
        (f'{ACCOUNT}$< = $u;\n$> = $u;\n{START}print $f "x";\n', None),
        (f"{ACCOUNT}$< = $u;\n$> = $u;\n", None),
        (f"use POSIX;\n{ACCOUNT}$< = $u;\n$> = $u;\n{START}", None),
        ("$" * 6000, None),
        ("", None),
    ],
)
def test_all_that_it_does_has_to_be_read(script: str, user: str | None) -> None:
    found = switch_in(script)
    assert (found.user if found else None) == user
    assert found is None or script[slice(*found.at)].startswith("exec")
