"""What is read of a Dockerfile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.model.located import Located
    from dropcap.source import Source, Span


class Instruction(NamedTuple):
    """One Dockerfile instruction.

    Attributes:
        keyword: in upper case: `RUN`.
        flags: its `--name=value` words, each located, without quotes and escapes.
        value: all that follows keyword and flags, continuation lines joined as the builder joins them.
        words: the JSON form's items, or None in shell form.
        body: the text that a shell would run, heredocs included, as a source of its own; None where there is none.
        span: from the keyword to the end of its last line (heredoc bodies included).
        trigger: the instruction that ONBUILD keeps for the builds upon this stage's image.
        contents: of COPY and ADD, the heredocs: the name of each, and its text, or None where the builder changes it.
        copied: of COPY and ADD, the sudoers files of the context: where each is copied to, and its text.

    """

    keyword: str
    flags: tuple[Located[str], ...]
    value: Located[str]
    words: tuple[Located[str], ...] | None
    body: Source | None
    span: Span
    trigger: Instruction | None = None
    contents: tuple[tuple[str, Source | None], ...] = ()
    copied: tuple[tuple[str, Source], ...] = ()


class Stage(NamedTuple):
    """What a Dockerfile stage carries, with all that it inherits from the stages it builds upon.

    Attributes:
        name: the stage's own name, or its number where it has none.
        number: its number, from 0.
        base: the image or stage after `FROM`, build arguments expanded; None where they are not known.
        user: the last `USER`, expanded, looked for in parent stages too; None where only the base says.
        entrypoint: the words of the last ENTRYPOINT, or None.
        command: the words of the last CMD, or None.
        exposed: the ports of EXPOSE.
        labels: `key=value`, expanded.
        environment: `key=value`, expanded.
        instructions: the instructions of this stage alone, FROM first.
        parent: the stage that FROM names, or None for an image.
        arguments: the values of this stage's ARGs that are known, as `key=value`, each at its ARG.
        sources: the stages that its `COPY --from` names, each with the word that names it.
        handed_on: the paths that images copy of its files; None where all of them are in an image: where it is the
            last stage, or one that no other stage uses, or what such a one is built upon.
        is_last: whether it is what is built where nobody names another.

    """

    name: str
    number: int
    base: Located[str] | None
    user: Located[str] | None
    entrypoint: tuple[Located[str], ...] | None
    command: tuple[Located[str], ...] | None
    exposed: tuple[Located[str], ...]
    labels: tuple[Located[str], ...]
    environment: tuple[Located[str], ...]
    instructions: tuple[Instruction, ...]
    parent: Stage | None
    arguments: tuple[Located[str], ...] = ()
    sources: tuple[tuple[str, Stage], ...] = ()
    handed_on: tuple[str, ...] | None = None
    is_last: bool = True

    @property
    def steps(self) -> tuple[Instruction, ...]:
        """Its instructions, each ONBUILD replaced by what it keeps: what it does in a build, its own or another."""
        return tuple(one.trigger or one for one in self.instructions)

    def hands_on(self, path: str) -> bool:
        """Whether a file of it gets into an image; a path that is not absolute is taken for the end of one."""
        if self.handed_on is None:
            return True
        from fnmatch import fnmatchcase  # few files have stages that are only copied from

        for copied in self.handed_on:
            pattern = f"/{copied.strip('/')}" if copied.strip("/.") else ""
            if path.startswith("/"):
                below = path
                while below and not fnmatchcase(below, pattern):
                    below = below.rpartition("/")[0]
                if below or not pattern:
                    return True
            elif path and fnmatchcase(f"/{path}", f"*/{pattern.rpartition('/')[2]}"):
                return True
        return False
