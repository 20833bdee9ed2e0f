"""
An image is named by a tag that moves.

References: none, this is an example.
"""

from collections.abc import Iterator

from dropcap.api import Problem, Severity, Subject

SEVERITY = Severity.LOW


def check(subject: Subject) -> Iterator[Problem]:
    image = subject.image
    if image and image.value.endswith(":latest"):
        yield Problem(image, "the tag latest moves", evidence=("latest",))
