"""A program that plays `docker` and `docker compose`: containers are lines in a file, and hold what they were given.

`scenario.json` in the folder `FAKE_ENGINE` says how services behave, `state.json` there is what there is.
"""

from __future__ import annotations

import json
import os
import sys
import time

TYPE_CHECKING = False  # it starts some hundred times, so that what is imported counts
if TYPE_CHECKING:
    from typing import Any

FOLDER = os.environ["FAKE_ENGINE"]
STATE = f"{FOLDER}/state.json"
KINDS = {"container": "containers", "ps": "containers", "network": "networks", "volume": "volumes"}


def main(words: list[str]) -> int:
    """Carry out a command."""
    scenario: dict[str, Any] = json.loads(_read(f"{FOLDER}/scenario.json"))
    state: dict[str, Any] = json.loads(_read(STATE))
    state["calls"].append(words)
    code = 1
    try:
        code = _compose(words[1:], scenario, state) if words[0] == "compose" else _engine(words, scenario, state)
    finally:
        _write(state)
    return code


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  # pathlib takes half of the time that it runs
        return file.read()


def _write(state: dict[str, Any]) -> None:
    with open(f"{STATE}.new", "w", encoding="utf-8") as file:  # noqa: PTH123  # as above
        file.write(json.dumps(state))
    os.replace(f"{STATE}.new", STATE)  # noqa: PTH105  # as above


def _compose(words: list[str], scenario: dict[str, Any], state: dict[str, Any]) -> int:
    if "config" in words:
        return _say(_read(f"{FOLDER}/resolved.json"))
    if "version" in words or "build" in words:
        return 0
    project = words[words.index("-p") + 1]
    text = sys.stdin.read()
    if "down" in words:
        if state["refusals"] > 0:
            state["refusals"] -= 1
            return _complain("Cannot connect to the Docker daemon")
        for kind in ("containers", "networks", "volumes"):
            state[kind] = {name: one for name, one in state[kind].items() if one["project"] != project}
        return 0
    model = json.loads(text)
    state["models"].append(model)
    for name, volume in model["volumes"].items():
        state["volumes"][f"{project}_{name}"] = {"project": project, "labels": volume["labels"]}
    state["networks"][f"{project}_default"] = {"project": project, "labels": {}}
    for name, service in model["services"].items():
        held = service.get("cap_add", [])
        state["containers"][service.get("container_name", f"{project}-{name}-1")] = {
            "project": project,
            "labels": service["labels"],
            "held": held,
            "runs": _starts(held, scenario, state, "needs"),
        }
    _write(state)  # seen by who cleans up, however this ends
    time.sleep(scenario.get("slow", 0))
    return 0


def _starts(held: list[str], scenario: dict[str, Any], state: dict[str, Any], key: str) -> bool:
    """Whether a container runs: of each group in the scenario it needs one."""
    if state["flaws"] and state["flaws"][0] == sorted(held):
        del state["flaws"][0]
        return False
    return all(set(group) & set(held) for group in scenario.get(key, []))


def _engine(words: list[str], scenario: dict[str, Any], state: dict[str, Any]) -> int:  # noqa: PLR0911  # one a command
    form = next((word.partition("=")[2] for word in words if word.startswith("--format=")), "")
    if words[0] == "version" and not state["answers"]:
        return _complain("no daemon here")
    if words[0] in {"version", "info"}:
        said = {"{{.DefaultRuntime}}": "runc", "{{.KernelVersion}}": "6.1.0-test"}
        return _say(said.get(form, "Engine 27.0;runc 1.2;"))
    if words[0] == "image":
        return _say(json.dumps(scenario["image"])) if scenario.get("image") else 1
    if words[0] in {"ps", "network", "volume", "container"} and words[0] in KINDS and words[1] != "rm":
        things = state[KINDS[words[0]]]
        if "inspect" in words:
            return _say(json.dumps(things[words[-1]]["labels"])) if words[-1] in things else 1
        return _say("\n".join(name for name, one in things.items() if "dropcap.verify" in one["labels"]))
    if words[0] == "rm" or words[1] == "rm":
        things = state[KINDS.get(words[0], "containers")]
        for name in words:
            things.pop(name, None)
        return 0
    return _of_container(words, form, scenario, state)


def _of_container(words: list[str], form: str, scenario: dict[str, Any], state: dict[str, Any]) -> int:
    name = next((word for word in words if word in state["containers"]), "")
    if not name:
        return _complain(f"no such container in {words}")
    container = state["containers"][name]
    if words[0] == "inspect":
        runs = str(container["runs"]).lower()
        health = "healthy" if container["runs"] else "unhealthy"
        said = {"{{.State.Health.Status}}": health, "{{.State.ExitCode}}": "0", "{{.State.Running}}": runs}
        return _say(said.get(form, f"{runs} 0"))
    if words[0] == "logs":
        return _say(scenario.get("says", "cannot do that: Operation not permitted"))
    if words[0] == "stop":
        container["runs"] = False
    if words[0] == "start":
        container["runs"] = _starts(container["held"], scenario, state, "needs at restart")
    if words[0] == "exec":
        if not container["runs"]:
            return _complain("it does not run")
        os.environ["HELD"] = f" {' '.join(container['held'])} "
        command = words[words.index(name) + 1 :]
        return os.spawnvp(os.P_WAIT, command[0], command)  # noqa: S606  # the line is for a shell
    return 0


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
