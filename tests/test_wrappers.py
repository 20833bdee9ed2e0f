"""Commands that something else runs: wrappers that prepare an environment, and shells in containers that read a script.

How each program reads its line is said by its documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.discover import discover
from dropcap.lang.shell.wrappers import WRAPPERS
from reading import read_target

if TYPE_CHECKING:
    from pathlib import Path

RUN = "docker run --privileged x:1"


def privileged(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "x.sh"
    path.write_text(f"{text}\n", encoding="utf-8")
    [target] = discover([str(path)]).targets
    document = read_target(target)
    assert not document.failures
    return [one.image.value for one in document.containers if one.privileged and one.privileged.value and one.image]


WRAPPED = [
    f"coproc {RUN}",
    f"coproc W {{ {RUN}; }}",
    f"coproc {{ {RUN}; }}",
    f"coproc W ( {RUN} )",
    f"coproc if true; then {RUN}; fi",
    f"buildah run C -- {RUN}",
    f"buildah run C {RUN}",
    f"buildah run --cap-add NET_ADMIN C sh -c '{RUN}'",
    f"doppler run -- {RUN}",
    f"doppler run -p x -c dev -- {RUN}",
    f"doppler run --command '{RUN}'",
    f"doppler -t t run {RUN}",
    f"poetry run {RUN}",
    f"poetry -C d run {RUN}",
    f"pipenv run {RUN}",
    f"pdm run {RUN}",
    f"hatch run {RUN}",
    f"rye run {RUN}",
    f"uv run {RUN}",
    f"uv run --with x --env-file .env {RUN}",
    f"op run --env-file=.env -- {RUN}",
    f"op run --env-file .env -- {RUN}",
    f"aws-vault exec P -- {RUN}",
    f"aws-vault exec -d 1h P {RUN}",
    f"aws-vault --debug exec --no-session P -- {RUN}",
    f"chamber exec S -- {RUN}",
    f"chamber exec a b -- {RUN}",
    f"direnv exec D {RUN}",
    f"direnv exec . {RUN}",
    f"dotenv -- {RUN}",
    f"dotenv -e .env -- {RUN}",
    f"dotenv {RUN}",
    f"dotenv run {RUN}",
    f"dotenv -f .env run -- {RUN}",
    f"dotenvx run -- {RUN}",
    f"dotenvx run -f .env.production -- {RUN}",
    f"infisical run -- {RUN}",
    f'infisical run --env=dev --command "{RUN}"',
    f"mise exec -- {RUN}",
    f"mise x node@20 -- {RUN}",
    f'mise exec node@20 -c "{RUN}"',
    f"nix-shell --run '{RUN}'",
    f"nix-shell -p docker --run '{RUN}'",
    f"nix develop -c {RUN}",
    f"nix develop .#x --command {RUN}",
    f"nix shell nixpkgs#docker -c {RUN}",
    f"npx dotenv -e .env -- {RUN}",
    f"npx -p x dotenv -- {RUN}",
    f"pnpm exec {RUN}",
    f"yarn exec {RUN}",
    f"bundle exec {RUN}",
    f"tmux new-session -d '{RUN}'",
    f"tmux new-session -d -s x '{RUN}'",
    f"tmux new-session -d -s x {RUN}",
    f"tmux new -d -s x -n w -c /d '{RUN}'",
    f"tmux -L s new-session -d '{RUN}'",
    f"tmux send-keys -t x '{RUN}' C-m",
    f"tmux split-window -h '{RUN}'",
    f"tmux respawn-pane -k -t 0 '{RUN}'",
    f"tmux respawn-window -k '{RUN}'",
    f"tmux pipe-pane '{RUN}'",
    f"tmux if-shell true 'x' '{RUN}'",
    f"tmux run-shell -b '{RUN}'",
    f"tmux new-session -d \\; split-window '{RUN}'",
    f"screen -dmS x {RUN}",
    f"screen -d -m {RUN}",
    f"screen -S x -X stuff '{RUN}'",
    f"screen -S x -dm bash -c '{RUN}'",
    f"parallel {RUN} ::: a b",
    f"parallel -j4 '{RUN} {{}}' ::: a",
    f"watch -n 5 '{RUN}'",
    f"watch {RUN}",
    f"timeout 5 {RUN}",
    f"timeout --foreground -s KILL 5m {RUN}",
    f"retry {RUN}",
    f"retry -t 3 -- {RUN}",
    f"retry --times=3 --delay 5 -- {RUN}",
    f"systemd-run --unit=x {RUN}",
    f"systemd-run -u x -p A=b --wait {RUN}",
    f"systemd-run -t -E A=b {RUN}",
    f"systemd-run -M c {RUN}",
    f"systemd-inhibit --what=sleep {RUN}",
    f"systemd-inhibit {RUN}",
    f"flock f {RUN}",
    f"flock -n f -c '{RUN}'",
    f"flock -xn 9 {RUN}",
    f"flock -w 5 f {RUN}",
    f"teller run -- {RUN}",
    f"sops exec-env s.yaml '{RUN}'",
    f"summon {RUN}",
    f"summon -p p {RUN}",
    f"envdir d {RUN}",
    f"softlimit -m 1 {RUN}",
    f"setlock f {RUN}",
    f"entr {RUN}",
    f"entr -r {RUN}",
    f"ls | entr -s '{RUN}'",
    f"watchexec -e py -- {RUN}",
    f"watchexec {RUN}",
    f"aws-okta exec p -- {RUN}",
    f"saml2aws exec -- {RUN}",
    f"asdf exec {RUN}",
    f"rbenv exec {RUN}",
    f"pyenv exec {RUN}",
    f"conda run -n e {RUN}",
    f"micromamba run -n e {RUN}",
    f"xvfb-run -a {RUN}",
    f"wait-for-it.sh db:5432 -- {RUN}",
    f"wait-for-it db:5432 -t 5 -- {RUN}",
    f"./wait-for db:5432 -- {RUN}",
    f"gosu u {RUN}",
    f"chronic {RUN}",
    f"tsp {RUN}",
    f"nq {RUN}",
    f"eatmydata {RUN}",
    f"fakeroot {RUN}",
    f"railway run {RUN}",
    f"gcloud compute ssh h -- {RUN}",
    f"sg docker -c '{RUN}'",
    f"oc rsh dc/x {RUN}",
    f"oc rsh -n n P {RUN}",
    f"oc rsh -c c P sh -c '{RUN}'",
    f"oc debug node/n -- chroot /host {RUN}",
    f"kubectl run -i --rm --image=x p -- {RUN}",
    f"rtx exec node@20 -- {RUN}",
    f"mamba run -n e {RUN}",
    f"goenv exec {RUN}",
    f"nodenv exec {RUN}",
    f"wait-for.sh db:5432 -- {RUN}",
]
IN_CONTAINERS = [
    f"newgrp docker <<E\n{RUN}\nE",
    f"docker exec -i X sh <<E\n{RUN}\nE",
    f"docker exec -i X sh <<'E'\n{RUN}\nE",
    f"docker exec -i X bash -s <<E\n{RUN}\nE",
    f"docker exec -i X sudo sh <<E\n{RUN}\nE",
    f"docker exec -i -u u X env A=b sh -e <<E\n{RUN}\nE",
    f"docker exec --interactive X sh - <<E\n{RUN}\nE",
    f"docker exec -i A docker exec -i B sh <<E\n{RUN}\nE",
    f"docker exec -i X sh -c 'sh' <<E\n{RUN}\nE",
    f"echo {RUN} | docker exec -i X sh",
    f"docker exec -i X sh <<< '{RUN}'",
    f"cat <<E | docker exec -i X sh\n{RUN}\nE",
    f"docker container exec -i X sh <<E\n{RUN}\nE",
    f"podman exec -i X sh <<E\n{RUN}\nE",
    f"nerdctl exec -i X sh <<E\n{RUN}\nE",
    f"docker compose exec -T web sh <<E\n{RUN}\nE",
    f"docker-compose exec -T web sh <<E\n{RUN}\nE",
    f"docker run -i a:1 sh <<E\n{RUN}\nE",
    f"docker run -i --rm --entrypoint sh a:1 <<E\n{RUN}\nE",
    f"docker compose run -T web sh <<E\n{RUN}\nE",
    f"kubectl exec -i P -- sh <<E\n{RUN}\nE",
    f"kubectl exec -i P sh <<E\n{RUN}\nE",
    f"kubectl exec -i P -- bash -s <<E\n{RUN}\nE",
    f"kubectl -n n exec -i P -c c -- sh <<E\n{RUN}\nE",
    f"kubectl run p -i --image x --command -- sh <<E\n{RUN}\nE",
    f"oc rsh P sh <<E\n{RUN}\nE",
    f"oc rsh P <<E\n{RUN}\nE",
    f"oc exec -i P -- sh <<E\n{RUN}\nE",
    f"oc debug node/n <<E\n{RUN}\nE",
    f"ssh h docker exec -i X sh <<E\n{RUN}\nE",
    f"lxc exec c -- sh <<E\n{RUN}\nE",
    f"buildah run C -- sh <<E\n{RUN}\nE",
    f"sudo docker exec -i X sh <<E\n{RUN}\nE",
    f"if true; then docker exec -i X sh <<E\n{RUN}\nE\nfi",
    f"docker exec -i $C sh <<E\n{RUN}\nE",
    f"docker exec -i A {RUN} sh <<E\necho\nE",
    f"docker exec -i A docker exec -i B {RUN} <<E\necho\nE",
    f"kubectl exec P -i -- sh <<E\n{RUN}\nE",
    f"kubectl exec -ti P -c c sh <<E\n{RUN}\nE",
]
NOT_RUN = [
    f"docker exec X sh <<E\n{RUN}\nE",
    f"docker exec -i=false X sh <<E\n{RUN}\nE",
    f"docker exec -i X cat <<E\n{RUN}\nE",
    f"docker exec -i X sh -c 'echo a' <<E\n{RUN}\nE",
    f"docker run a:1 sh <<E\n{RUN}\nE",
    f"docker compose exec -T web cat <<E\n{RUN}\nE",
    f"kubectl exec P -- sh <<E\n{RUN}\nE",
    f"kubectl logs -f P -- {RUN}",
    f"kubectl get pods -- {RUN}",
    f"poetry add {RUN}",
    f"doppler secrets {RUN}",
    f"op read {RUN}",
    f"dotenv -p {RUN}",
    f"uv run -m {RUN}",
    f"uv pip {RUN}",
    f"npx {RUN}",
    f"npx docker-thing {RUN}",
    f"mise install {RUN}",
    f"chamber write {RUN}",
    f"nix develop {RUN}",
    f"tmux kill-session -t '{RUN}'",
    f"tmux display-message '{RUN}'",
    f"screen -ls {RUN}",
    f"bundle install {RUN}",
    "export P=--privileged; docker exec -i X sh <<'E'\ndocker run $P x:1\nE",
    f"docker create -i a:1 sh <<E\n{RUN}\nE",
    f"wait-for-it.sh {RUN}",
]


@pytest.mark.parametrize("line", [*WRAPPED, *IN_CONTAINERS])
def test_a_command_that_another_program_runs_is_found_once(tmp_path: Path, line: str) -> None:
    assert privileged(tmp_path, line) == ["x:1"]


@pytest.mark.parametrize("line", NOT_RUN)
def test_what_no_program_runs_starts_nothing(tmp_path: Path, line: str) -> None:
    assert privileged(tmp_path, line) == []


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_every_wrapper_is_tried(name: str) -> None:
    first = "rtx" if name == "mise" else name
    assert any(f" {one} " in f" {line} " for line in WRAPPED for one in (name, f"./{name}", first))


def test_a_shell_in_a_container_sees_nothing_of_the_script(tmp_path: Path) -> None:
    text = "P=--privileged\nexport P\ndocker exec -i X sh <<'E'\ndocker run $P x:1\nE"
    assert privileged(tmp_path, text) == []
    assert privileged(tmp_path, text.replace("'E'", "E")) == ["x:1"]
