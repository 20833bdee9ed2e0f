"""The script that an interpreter is given, where its text is at hand: what it asks for, and the files it edits."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located
from dropcap.needs.model import Certainty, UnknownNeed
from dropcap.needs.python_scripts import ScriptCall, calls_of, module_word, script_word, starts_alone
from dropcap.needs.script_files import files_in
from dropcap.needs.script_words import calls_in, code_or_path, language_of
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.lookup import Lookup
    from dropcap.needs.perl_switches import Switch
    from dropcap.needs.script_words import Language
    from dropcap.source import Source

__all__ = ["calls_of_script", "code_of", "edited_in_place", "only_starts", "path_of_script", "takes_script_from_input"]

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_COMMENTS = re.compile(r"(?m)(?:^|(?<=[\s;:)]))#.*$")


def calls_of_script(
    words: Sequence[Word], lookup: Lookup, document: Word | None = None, folders: str = ""
) -> Sequence[ScriptCall]:
    """Return what the calls of a script ask for; nothing where its text is not at hand, or its language not known.

    Args:
        words: the call of the interpreter, its own name first.
        lookup: where it stands in the files.
        document: the text that it reads; None where it reads none, or that is not known.
        folders: what PYTHONPATH holds.

    """
    name = words[0].value.rpartition("/")[2]
    language = language_of(name)
    found = _found(words)
    if found is None and document is not None and _reads_input(words):
        if document.unknown is not None:
            where = Located(document.value, document.source, document.span)
            return [ScriptCall(where, unknown=UnknownNeed(f"the code that {name} reads is not known", where=where))]
        found = document, True
    if found is None:
        return [] if _PYTHON.fullmatch(name) is None else _of_module(words, lookup, folders)
    word, is_code = found
    text = word.source.piece(word.value, [(0, word.span.start)]) if is_code else _text(word.value, lookup, name)
    if text is None:
        return []
    called = "its code" if is_code else posixpath.basename(word.value)
    arguments = words[words.index(word) + 1 :] if word in words else ()
    if language is not None:
        switched = _switched(text, language)
        if switched is not None:
            place = Located(called, text, Span(*switched.at))
            asked = [one for one in calls_in(text, called, language) if one.demand is not None]
            return [*asked, ScriptCall(place, command=tuple(arguments), user=switched.user)]
        files = files_in(text, language.comments, called, lookup.tree)
        return [*calls_in(text, called, language, arguments), *files]
    path = None if is_code else lookup.path(word.value)
    from dropcap.needs.python_imports import folders_of  # few containers start one

    places = folders_of(path, lookup.folder, folders, lookup.tree)
    return _of_python((path or "", text), called, arguments, lookup, places)


def _switched(text: Source, language: Language) -> Switch | None:
    """Return whom a script becomes that does nothing else but to start its arguments; None for any other."""
    if language.name != "Perl":
        return None
    from dropcap.needs.perl_switches import switch_in  # few containers start one

    return switch_in(language.comments.sub(lambda found: " " * len(found[0]), text.text))


def _of_module(words: Sequence[Word], lookup: Lookup, folders: str) -> Sequence[ScriptCall]:
    """Return what a module asks for that is run as a script by `-m`."""
    word = module_word(words)
    if word is None:
        return []
    from dropcap.needs.python_imports import folders_of, run_as_module  # few containers start one

    places = folders_of(None, lookup.folder, folders, lookup.tree)
    found = run_as_module(word.value, places, lookup.tree)
    if found is None:
        return []
    if found[1] is None:
        where = Located(word.value, word.source, word.span)
        return [ScriptCall(where, unknown=UnknownNeed(f"dropcap cannot read {found[0]}", where=where))]
    package = word.value if found[0].endswith("/__main__.py") else word.value.rpartition(".")[0]
    arguments = words[words.index(word) + 1 :] if word in words else ()
    return _of_python((found[0], found[1]), posixpath.basename(found[0]), arguments, lookup, places, package)


def _of_python(
    script: tuple[str, Source],
    called: str,
    arguments: Sequence[Word],
    lookup: Lookup,
    places: Sequence[str],
    package: str = "",
) -> Sequence[ScriptCall]:
    """Return what a script in Python and the modules beside it ask for."""
    own = [*calls_of(script[1], called, arguments), *files_in(script[1], _COMMENTS, called, lookup.tree)]
    if "import" not in script[1].text:
        return own
    from dropcap.needs.python_imports import MOST, drawn_in  # few scripts have modules of their own

    more: list[ScriptCall] = []
    start = Located(called, script[1], Span(0, min(1, len(script[1].text))))
    modules = drawn_in(script, package, places, lookup.tree)
    if len(modules) == MOST:
        more.append(
            ScriptCall(start, unknown=UnknownNeed(f"{called} imports more modules than dropcap reads", where=start))
        )
    for module, text in modules:
        name = posixpath.basename(module)
        if text is None:
            more.append(ScriptCall(start, unknown=UnknownNeed(f"dropcap cannot read {module}", where=start)))
            continue
        more += [_perhaps(one, name) for one in calls_of(text, name)]
        more += files_in(text, _COMMENTS, name, lookup.tree)
    return [*own, *more]


def _perhaps(call: ScriptCall, name: str) -> ScriptCall:
    """Return what a module asks for, where that depends on what of it is called."""
    if call.demand is None or call.demand.certainty is not Certainty.REQUIRED:
        return call
    condition = f"{name} gets there"
    return call._replace(demand=call.demand._replace(certainty=Certainty.POSSIBLE, condition=condition))


def _reads_input(words: Sequence[Word]) -> bool:
    """Return whether an interpreter reads its script from its input: where it is given none, or `-`."""
    language = language_of(words[0].value.rpartition("/")[2])
    if language is None and _PYTHON.fullmatch(words[0].value.rpartition("/")[2]) is None:
        return False
    code = "cm" if language is None else language.code
    for word in words[1:]:
        if word.unknown is not None or not word.value.startswith("-") or word.value in _NO_SCRIPT:
            return False
        if word.value == "-":
            return True
        if not word.value.startswith("--") and set(word.value) & set(code):
            return False
    return True


_NO_SCRIPT = frozenset({"--eval", "--print", "--version", "--help", "-V", "-h"})


def path_of_script(words: Sequence[Word], lookup: Lookup) -> str | None:
    """Return the path of the script that an interpreter is given; None where it is not known, or none is."""
    found = _found(words)
    return None if found is None or found[1] else lookup.path(found[0].value)


def only_starts(words: Sequence[Word], lookup: Lookup) -> bool:
    """Return whether an interpreter is given a script that does nothing but to start programs."""
    name = words[0].value.rpartition("/")[2]
    language = language_of(name)
    found = _found(words)
    text = None if found is None or found[1] else _text(found[0].value, lookup, name)
    if text is None:
        return False
    return starts_alone(text) if language is None else _switched(text, language) is not None


def takes_script_from_input(words: Sequence[Word]) -> bool:
    """Return whether an interpreter is given nothing, and so does what is typed or piped into it."""
    name = words[0].value.rpartition("/")[2]
    return len(words) == 1 and (language_of(name) is not None or _PYTHON.fullmatch(name) is not None)


def code_of(words: Sequence[Word]) -> Word | None:
    """Return the word that is code, whose files are asked about by themselves; None where there is none."""
    found = _found(words)
    return found[0] if found is not None and found[1] else None


def _found(words: Sequence[Word]) -> tuple[Word, bool] | None:
    """Return the word that is a script's path or its code, and whether it is code."""
    name = words[0].value.rpartition("/")[2]
    language = language_of(name)
    if language is not None:
        return code_or_path(words, language)
    return None if _PYTHON.fullmatch(name) is None else script_word(words)


def _text(path: str, lookup: Lookup, program: str) -> Source | None:
    names = (path,) if program.startswith(("p", "r")) else (path, f"{path}.js", f"{path}/index.js")
    for name in names:
        found = lookup.file(name, in_path=False)
        if found is not None and found.file.text is not None:
            return found.file.text
    return None


def edited_in_place(words: Sequence[Word], lookup: Lookup) -> Iterator[Effect]:
    """Give what `perl -pi -e CODE FILE` does to files: as `sed -i`, it puts a new one in the old one's place.

    Source: perl doio.c S_openn_setup() and argvout_final(): open() and rename() in the folder, fchown().
    """
    language = language_of(words[0].value.rpartition("/")[2])
    code = next((at for at, word in enumerate(words) if _is_code(word.value)), 0)
    options = [word.value for word in words[1 : code + 1] if word.value.startswith("-")]
    if language is None or language.name not in {"Perl", "Ruby"} or not any(map(_IN_PLACE.match, options)):
        return
    for word in words[code + 2 :]:
        if not word.value.startswith("-"):
            path = lookup.path(word.value) if word.unknown is None else None
            where = Located(word.value, word.source, word.span)
            yield Effect(EffectKind.COPY, where, path=path, target=path, is_kept=True)


def _is_code(text: str) -> bool:
    return text.startswith("-") and not text.startswith("--") and text.endswith(("e", "E"))


_IN_PLACE = re.compile(r"-[0alnpswWE]*i")
