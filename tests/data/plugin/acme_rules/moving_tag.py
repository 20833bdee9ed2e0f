"""
An image is named by a tag that moves.

References: none, this is an example.
"""

from collections.abc import Iterator

from dropcap.api import Container, Problem, Severity

SEVERITY = Severity.LOW


def check(container: Container) -> Iterator[Problem]:
    image = container.image
    if image and image.value.endswith(":latest"):
        yield Problem(image, "the tag latest moves", evidence=("latest",))
