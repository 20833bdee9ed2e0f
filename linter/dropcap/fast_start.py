"""What is done for a quick start alone, and what each of it gains.

The start is that of `dropcap check compose.yaml`: one service, the wheel's files compiled, CPython 3.11 on Linux. It
takes 156 million instructions as `valgrind --tool=callgrind` counts them with PYTHONHASHSEED=0, the same in each run to
0.1 %; that of a Dockerfile takes 143 million, that of a script with `docker run` 196 million. A clock cannot decide
here: in runs in a random order the program and its own copy differed by 0 to 4 %. What it takes more without each of
these:

========================================  ============
what                                      instructions
========================================  ============
records of :mod:`dropcap.namedtuple`           +56.9 %
their first eight by hand                       +6.1 %
:func:`end`                                    +10.4 %
:func:`plain_arguments`                        +17.7 %
:func:`begin`: no cycles are collected          +3.2 %
:func:`begin`: `typing` is put off              +7.8 %
:func:`put_off_yaml`                           +27.3 %
:func:`dockerfile_parser`, of a Dockerfile     +17.9 %
:func:`bash_binding`, of a script              +20.9 %
========================================  ============

A start with options takes 4.2 % more if argparse asks the terminal for its width, see :mod:`dropcap.parser`. What
gains less than 3 % is not done, as to give records the field getters of `collections` (0.1 %).
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, PathFinder
from types import MappingProxyType, ModuleType, SimpleNamespace

TYPE_CHECKING = False  # as type checkers know it without `typing`, which is not to be imported here
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Mapping, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from typing import NoReturn

_KNOWN_BY_ERRORS = ("scanner", "parser", "composer", "constructor", "emitter", "serializer", "representer")


def begin() -> None:
    """Collect no cycles: neither importing nor reading makes any, and to look for them takes time. Put `typing` off."""
    gc.disable()
    _put_off_typing()


def end(code: int) -> NoReturn:
    """End the process without taking every module and object apart; the streams must have been flushed."""
    os._exit(code)


def plain_arguments(add_arguments: Callable[[ArgumentParser], None], words: Sequence[str]) -> Namespace | None:
    """Return what argparse makes of paths and no options, without importing it; None where it has to look itself."""
    if any(word.startswith("-") for word in words):
        return None
    taker = _Defaults()
    add_arguments(taker)  # type: ignore[arg-type]  # it takes all that a command gives
    if taker.positional != "paths":
        return None
    return SimpleNamespace(**taker.defaults, paths=[*words])  # type: ignore[return-value]  # as it is used


def bash_binding() -> ModuleType:
    """Return the part of `tree_sitter_bash` that has the grammar.

    The package around it imports `importlib.resources` for the queries of editors, and with it half of the standard
    library: paths, archives, temporary files, random numbers.
    """
    package = PathFinder.find_spec("tree_sitter_bash")
    folders = None if package is None else package.submodule_search_locations
    found = None if folders is None else PathFinder.find_spec("tree_sitter_bash._binding", [*folders])
    if found is None or not isinstance(found.loader, ExtensionFileLoader):  # it is installed in a way of its own
        return import_module("tree_sitter_bash")
    module = found.loader.create_module(found)
    found.loader.exec_module(module)
    return module


def dockerfile_parser() -> type:
    """Return the parser of `dockerfile_parse`, whose module makes a logger that it has no use for here.

    Where it has after all, `logging` is imported then.
    """
    if "logging" in sys.modules or "dockerfile_parse" in sys.modules:
        return import_module("dockerfile_parse").DockerfileParser  # type: ignore[no-any-return]  # it has no types
    stand_in = ModuleType("logging")
    vars(stand_in)["getLogger"] = _LateLogger
    sys.modules["logging"] = stand_in
    try:
        package = import_module("dockerfile_parse")
    except AttributeError:  # another version of it asks for more
        del sys.modules["logging"]
        package = import_module("dockerfile_parse")
    finally:
        if sys.modules.get("logging") is stand_in:
            del sys.modules["logging"]
    return package.DockerfileParser  # type: ignore[no-any-return]  # as above


class _LateLogger:
    """What a logger of some name does, once it is asked to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, key: str) -> object:
        return getattr(import_module("logging").getLogger(self._name), key)


def put_off_yaml() -> None:
    """Let the parser in C of `ruamel.yaml` be imported without what it has no use for.

    That is the package, which gathers all of its modules, and those that the parser imports for their errors alone:
    the parser in Python, and what makes values of events or writes. Whoever asks for more gets the whole of a module.
    """
    if "ruamel.yaml" in sys.modules:
        return
    outer = PathFinder.find_spec("ruamel")
    folders = None if outer is None else outer.submodule_search_locations
    found = None if folders is None else PathFinder.find_spec("ruamel.yaml", [*folders])
    if found is None or found.loader is None or found.submodule_search_locations is None:
        return  # it is installed in a way of its own
    package = vars(import_module("ruamel"))["yaml"] = _put_off(found, found.loader)
    plain = import_module("ruamel.yaml.error").MarkedYAMLError
    for name in _KNOWN_BY_ERRORS:
        part = PathFinder.find_spec(f"ruamel.yaml.{name}", found.submodule_search_locations)
        if part is not None and part.loader is not None:
            error = f"{name.capitalize()}Error"
            names = {error: type(error, (plain,), {"__module__": part.name})}
            vars(package)[name] = _put_off(part, part.loader, names)


def _put_off_typing() -> None:
    """Let modules ask whether a type checker reads them; whoever wants anything else of `typing` gets it all."""
    if "typing" in sys.modules:
        return
    found = PathFinder.find_spec("typing")
    if found is not None and found.loader is not None:
        _put_off(found, found.loader, {"TYPE_CHECKING": False})


def _put_off(found: ModuleSpec, loader: Loader, names: Mapping[str, object] = MappingProxyType({})) -> ModuleType:
    """Return a module, as whoever imports it gets it, that is executed when something is asked for that it lacks.

    Args:
        found: where it is.
        loader: what executes it.
        names: what it has without that, and keeps: what somebody has got of it stays the same.

    """
    module = ModuleType(found.name)
    own = vars(module)
    own.update(names)
    own.update(__spec__=found, __loader__=loader, __file__=found.origin, __package__=found.parent)
    if found.submodule_search_locations is not None:
        own["__path__"] = found.submodule_search_locations

    def whole(name: str) -> object:
        if name == "__path__":  # each import asks for it, to know whether this is a package
            raise AttributeError(name)
        del own["__getattr__"]
        loader.exec_module(module)
        own.update(names)
        return getattr(module, name)

    own["__getattr__"] = whole
    sys.modules[found.name] = module
    return module


class _Defaults:
    """Takes a command's options as a parser does, and keeps what each is where nobody gives it."""

    def __init__(self) -> None:
        self.defaults: dict[str, object] = {}
        self.positional = ""

    def add_argument(self, *names: str, **options: object) -> None:
        if not names[0].startswith("-"):
            self.positional += names[0]
            return
        missing = False if options.get("action") == "store_true" else None
        dest = options.get("dest") or names[-1].lstrip("-").replace("-", "_")
        self.defaults[str(dest)] = options.get("default", missing)
