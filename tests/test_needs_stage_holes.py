"""What a build may have done that nobody read could need anything: then a picture is never called complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.needs.model import Needs

CHOWN = 'CMD ["chown", "www-data", "/srv"]'
WRITE = 'CMD ["sh", "-c", "echo x > /srv/data/x"]'
FILES = {
    "known.sh": "#!/bin/sh\nmkdir -p /srv/data\nexit 0\n",
    "gives.sh": "#!/bin/sh\nmkdir -p /srv/data\nchown www-data /srv/data\n",
    "unknown.sh": "#!/bin/sh\nnobody-knows-this\n",
    "script.py": "print()\n",
    "folder/known.sh": "#!/bin/sh\nmkdir -p /srv/data\n",
    "archive.tar": "\0",
}
# After each of these nobody knows whom /srv belongs to, or what is in it.
HIDES_ALL = (
    "RUN python script.py",
    "RUN python3 -c 'import os'",
    "RUN python3 - <<E\nimport os\nE",
    "RUN node build.js",
    "RUN perl -e 1",
    "RUN ruby x.rb",
    "RUN php install.php",
    "RUN make install",
    "RUN make -C src install",
    "RUN make clean install",
    "RUN make && make install",
    "RUN ./configure && make && make install",
    "RUN cmake --install build",
    "RUN cmake --build . --target install",
    "RUN ninja install",
    "RUN npm run build",
    "RUN npm exec tool",
    "RUN npx tool",
    "RUN yarn build",
    "RUN pnpm run build",
    "RUN bundle exec rake setup",
    "RUN composer run-script setup",
    "RUN go run ./setup",
    "RUN cargo run",
    "RUN poetry run setup",
    "RUN ./setup",
    "RUN /opt/installer --silent",
    "RUN dpkg -i x.deb",
    "RUN rpm -i x.rpm",
    "RUN ./missing.sh",
    "RUN bash missing.sh",
    "RUN sh -e missing.sh",
    "RUN . ./missing.sh",
    "RUN curl -fsSL http://x | sh",
    "RUN wget -qO- http://x | bash -s -- a",
    "RUN sh < missing.sh",
    'RUN eval "$(cat x)"',
    "RUN $TOOL x",
    "COPY unknown.sh /x.sh\nRUN /x.sh",
    "COPY unknown.sh /x.sh\nRUN sh /x.sh",
    "COPY unknown.sh /x.sh\nRUN chmod +x /x.sh && /x.sh",
    "COPY unknown.sh /usr/local/bin/setup\nRUN setup",
    "COPY unknown.sh /x.sh\nRUN . /x.sh",
    "COPY ignored.sh /x.sh\nRUN sh /x.sh",
    "COPY script.py /x.py\nRUN /x.py",
    "ADD http://x/x.sh /x.sh\nRUN sh /x.sh",
    "COPY --from=nobody:1 /x.sh /x.sh\nRUN sh /x.sh",
    "COPY known.sh /x.sh\nRUN curl -o /x.sh http://x && sh /x.sh",
    "COPY known.sh /x.sh\nRUN sed -i -f x.sed /x.sh && sh /x.sh",
    "COPY known.sh /x/x.sh\nRUN patch -d /x < p && sh /x/x.sh",
    "RUN cat > /x.sh <<E\n$(nobody)\nE\nRUN sh /x.sh",
    "RUN cat > /x.sh <<'E'\nnobody-knows-this\nE\nRUN sh /x.sh",
    "RUN tee /x.sh <<'E'\nnobody-knows-this\nE\nRUN sh /x.sh",
    "COPY <<'E' /x.sh\nnobody-knows-this\nE\nRUN sh /x.sh",
    "RUN --mount=type=bind,source=unknown.sh,target=/x.sh sh /x.sh",
    "RUN --mount=type=bind,source=missing.sh,target=/x.sh sh /x.sh",
    "RUN --mount=type=bind,from=nobody:1,target=/x sh /x/x.sh",
    "RUN --mount=type=cache,target=/x sh /x/x.sh",
    "RUN --mount=type=secret,id=x . /run/secrets/x",
    "COPY known.sh /x.sh\nRUN --mount=type=bind,source=unknown.sh,target=/x.sh sh /x.sh",
    'SHELL ["/bin/python"]\nRUN x',
    "RUN tar -C / -xf x.tar",
    "RUN tar xPf x.tar",
    "RUN tar -xf x.tar",
    "RUN rsync -a a:x/ /",
    "ADD archive.tar /",
    "ADD late.tar.gz /",
    "ADD --unpack=true http://x/x.tar /",
    "RUN find / -name x -exec ./missing.sh {} +",
    "RUN ls | xargs ./missing.sh",
    "RUN ls | xargs chown www-data",
    "RUN chown -R www-data $WHERE",
    "RUN chown -R www-data /s*/x",
    "RUN (cd /srv && ./missing.sh)",
    "RUN sudo ./missing.sh",
    "RUN env A=b ./missing.sh",
    "RUN su root -c ./missing.sh",
    "RUN timeout 5 ./missing.sh",
    "RUN trap ./missing.sh EXIT",
    "ONBUILD RUN x\nRUN nobody-knows-this",
)
# After each of these nobody knows who www-data is.
HIDES_ACCOUNTS = (
    "RUN curl -o /etc/passwd http://x",
    "RUN echo x > /etc/passwd",
    "RUN sed -i s/33/34/ /etc/passwd",
    "RUN cp /usr/share/x /etc/passwd",
    "RUN mv /usr/share/x /etc/passwd",
    "RUN cp -r /usr/share/x/* /etc/",
    "RUN usermod -u $N www-data",
    "RUN ./missing.sh\nRUN chown 33 /srv/data",
    "COPY late /etc/passwd",
    "COPY --from=nobody:1 /etc/passwd /etc/passwd",
    "COPY --from=nobody:1 / /",
    "ADD http://x/passwd /etc/",
    "ADD archive.tar /etc",
)
# Whom the folder belongs to that a container writes into.
HIDES_FOLDER = (
    "RUN tar -xf x.tar -C /srv",
    "ADD archive.tar /srv/",
    "COPY --from=nobody:1 /x /srv/data",
    "COPY --chown=$WHO known.sh /srv/data/",
    "RUN mkdir -p /srv/data\nCOPY --chown=www-data late /srv",
    "RUN mkdir -p /srv/data\nCOPY --from=nobody:1 /x /srv/",
    "RUN mkdir -p /srv/data && touch /srv/data/x\nCOPY --from=nobody:1 /x /srv/data/x",
    "COPY --chown=nobody-made-this known.sh /srv/data/",
    'RUN mkdir /srv/data && chown -R "$WHO" /srv/data',
    "RUN mkdir /srv/data && if nobody-knows; then chown www-data /srv/data; fi",
    "RUN mkdir /opt/x && tar -xf x.tar -C /opt/x && cp -a /opt/x /srv/data",
    "RUN mkdir /opt/x && tar -xf x.tar -C /opt/x && mv /opt/x /srv/data",
    "RUN mkdir /opt/x && tar -xf x.tar -C /opt/x && cp -a /opt/x/* /srv/",
    "USER $WHO\nWORKDIR /srv/data\nUSER root",
    "RUN --mount=type=bind,source=.,target=/m cp -a /m /srv/data",
    "RUN rsync -a a:x/ /srv/data",
    "RUN git clone http://x /srv/data && chown -R www-data /srv/data",
)
# It is www-data's, and root needs a capability to write there.
GIVES = (
    "COPY gives.sh /x.sh\nRUN sh /x.sh",
    "COPY gives.sh /x.sh\nRUN chmod +x /x.sh && /x.sh",
    "COPY gives.sh /usr/local/bin/gives\nRUN gives",
    "COPY gives.sh /x.sh\nRUN . /x.sh",
    "COPY --chmod=755 *.sh /opt/\nRUN /opt/gives.sh",
    "COPY . /opt/\nRUN cd /opt && ./gives.sh",
    "RUN --mount=type=bind,source=gives.sh,target=/x.sh sh /x.sh",
    "RUN --mount=type=bind,target=/x sh /x/gives.sh",
    "WORKDIR /x\nRUN --mount=target=. ./gives.sh",
    "RUN cat > /x.sh <<'E'\nmkdir /srv/data\nchown www-data /srv/data\nE\nRUN sh /x.sh",
    "RUN tee /x.sh <<'E' > /dev/null\nmkdir /srv/data\nchown www-data /srv/data\nE\nRUN sh /x.sh",
    "COPY <<'E' /x.sh\nmkdir /srv/data\nchown www-data /srv/data\nE\nRUN sh /x.sh",
    "RUN <<E\nmkdir /srv/data\nchown www-data /srv/data\nE",
    "USER www-data\nWORKDIR /srv/data\nUSER root",
    "COPY --chown=www-data folder /srv/data/",
    "COPY --chown=www-data known.sh /srv/data/",
    "ADD --chown=www-data folder /srv/data/",
    "RUN mkdir /srv/data && chown www-data /srv/d*",
    "RUN mkdir /srv/data && chown -R www-data /srv/*",
    "RUN mkdir /srv/data && cd /srv && chown www-data d*",
    "RUN mkdir /srv/data && find /srv -exec chown www-data {} +",
    "RUN mkdir -p /srv/data && (cd /tmp && mkdir x) && chown www-data /srv/data",
    "RUN cd /srv && (cd /tmp; true) && mkdir data && chown www-data data",
)
# Neither hides anything that is asked for.
HIDES_NOTHING = (
    "RUN head -c 18 /dev/urandom | base64 > /etc/secret",
    "RUN touch /etc/p && mosquitto_passwd -b /etc/p app secret",
    "RUN mkdir -p /a && chmod -R ugo=rwX /a",
    "RUN postconf -e maillog_file=/dev/stdout",
    "RUN a2enmod rewrite",
    "RUN pip install flask",
    "RUN pip3 install --no-cache-dir -r requirements.txt",
    "RUN python3 -m pip install .",
    "RUN python -m venv /opt/venv && /opt/venv/bin/pip install x",
    "WORKDIR /app\nCOPY package.json .\nRUN npm ci --omit=dev",
    "WORKDIR /app\nRUN yarn install --frozen-lockfile && yarn cache clean",
    "WORKDIR /app\nRUN make -j4",
    "WORKDIR /app\nRUN make -j $(nproc) all",
    "WORKDIR /app\nRUN ./configure --prefix=/usr && make",
    "WORKDIR /app\nRUN go build -o /usr/local/bin/app ./cmd/app",
    "WORKDIR /app\nRUN cargo build --release",
    "RUN composer install --no-dev",
    "RUN gem install bundler",
    "RUN curl -fsSL http://x -o /usr/local/bin/x && chmod +x /usr/local/bin/x",
    "RUN git clone http://x /opt/x",
    "RUN tar -xzf x.tgz -C /opt",
    "RUN tar -tf x.tar",
    "RUN openssl req -x509 -out /etc/ssl/x.pem -keyout /etc/ssl/x.key",
    "COPY known.sh /x.sh\nRUN sh /x.sh",
    "COPY known.sh /x.sh\nRUN chmod +x /x.sh && /x.sh",
    "RUN --mount=type=cache,target=/root/.cache pip install x",
    "RUN --mount=type=bind,source=known.sh,target=/x.sh sh /x.sh",
    "RUN --mount=type=secret,id=x cat /run/secrets/x > /opt/x",
    "RUN cat > /etc/x.conf <<E\nname = $NAME\nE",
    "ADD http://x/x.tar.gz /opt/",
    "ADD https://x/x.git /opt/x",
    "USER www-data\nRUN python script.py\nUSER root",
    "USER www-data\nRUN ./missing.sh\nUSER root",
    "RUN su www-data -s /bin/sh -c ./missing.sh",
    "RUN echo 'app:x:2000:2000::/:' >> /etc/passwd",
    "COPY . /app",
    "COPY --from=nobody:1 /x /opt/x",
    "RUN chpasswd < x",
    "RUN cp -r /usr/share/x /opt/x",
    "RUN [ -d /x ] || mkdir /opt/y",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    (tmp_path / "ignored.sh").write_text(FILES["known.sh"], encoding="utf-8")
    (tmp_path / ".dockerignore").write_text("ignored.sh\n", encoding="utf-8")
    return tmp_path


def needs(folder: Path, steps: str, command: str) -> Needs:
    (folder / "Dockerfile").write_text(f"FROM debian:12\n{steps}\n{command}\n", encoding="utf-8")
    (folder / "compose.yaml").write_text("services:\n  a:\n    build: .\n", encoding="utf-8")
    targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
    (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize("command", [CHOWN, WRITE])
def test_without_a_hole_all_is_known(folder: Path, command: str) -> None:
    assert needs(folder, "RUN mkdir -p /srv/data", command).is_complete


@pytest.mark.parametrize("steps", HIDES_ALL)
def test_what_nobody_read_hides_all_files(folder: Path, steps: str) -> None:
    assert not needs(folder, f"{steps}\nWORKDIR /", CHOWN).is_complete
    assert not needs(folder, f"{steps}\nWORKDIR /", WRITE).is_complete


@pytest.mark.parametrize("steps", HIDES_ACCOUNTS)
def test_what_nobody_read_hides_accounts(folder: Path, steps: str) -> None:
    given = "RUN mkdir /srv/data && chown 33 /srv/data"
    command = 'CMD ["find", "/srv/data", "!", "-user", "www-data", "-exec", "chown", "www-data", "{}", "+"]'
    known, found = needs(folder, given, command), needs(folder, f"{given}\n{steps}", command)
    assert known.is_complete
    assert not known.cap_add
    assert "CHOWN" in found.cap_add or not found.is_complete


@pytest.mark.parametrize("steps", HIDES_FOLDER)
def test_what_nobody_read_hides_a_folder(folder: Path, steps: str) -> None:
    assert not needs(folder, steps, WRITE).is_complete


@pytest.mark.parametrize("steps", GIVES)
def test_what_is_read_is_followed(folder: Path, steps: str) -> None:
    found = needs(folder, steps, WRITE)
    assert "DAC_OVERRIDE" in found.cap_add


@pytest.mark.parametrize("steps", HIDES_NOTHING)
def test_what_is_known_hides_nothing(folder: Path, steps: str) -> None:
    found = needs(folder, f"RUN mkdir -p /srv/data\n{steps}\nWORKDIR /", WRITE)
    assert found.is_complete, found.unknown
    assert not found.cap_add


def test_a_context_of_its_own_stands_in_for_a_stage(folder: Path) -> None:
    steps = "FROM debian:12 AS rest\nRUN mkdir /srv/data\nFROM debian:12\nCOPY --from=rest /srv /srv"

    def found(more: str) -> Needs:
        needs(folder, steps, WRITE)
        text = f"services:\n  a:\n    build: {{context: .{more}}}\n"
        (folder / "compose.yaml").write_text(text, encoding="utf-8")
        targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
        (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
        return needs_of(container, Workspace(str(folder)))

    assert found("").is_complete
    assert not found(", additional_contexts: [rest=./x]").is_complete
    assert found(", additional_contexts: [other=./x]").is_complete


def test_the_file_beside_the_dockerfile_counts_more(folder: Path) -> None:
    steps = "COPY gives.sh /x.sh\nRUN sh /x.sh"
    assert "DAC_OVERRIDE" in needs(folder, steps, WRITE).cap_add
    (folder / ".dockerignore").write_text("*.sh\n", encoding="utf-8")
    assert not needs(folder, steps, WRITE).is_complete
    (folder / "Dockerfile.dockerignore").write_text("*.py\n", encoding="utf-8")
    assert needs(folder, steps, WRITE).is_complete
    (folder / "Dockerfile.dockerignore").write_text("a\\d\n", encoding="utf-8")  # it means something else there
    assert not needs(folder, steps, WRITE).is_complete


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_what_a_program_executes_is_refused_to_anybody(folder: Path, user: str) -> None:
    carries = "RUN touch /usr/bin/mtr /usr/bin/mtr-packet && setcap cap_net_raw+ep /usr/bin/mtr-packet"
    found = needs(folder, f"{carries}\nUSER {user}", 'CMD ["mtr", "10.0.0.1"]')
    assert "NET_RAW" in found.cap_add


@pytest.mark.parametrize("file", ["$(readlink -f $(which python3))", '"$(command -v node)"', "$PROGRAM"])
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_file_that_carries_capabilities_may_be_any(folder: Path, user: str, file: str) -> None:
    steps = f"RUN apt-get install -y python3 && setcap cap_net_bind_service=+ep {file}\nUSER {user}"
    found = needs(folder, steps, 'CMD ["python3", "-m", "http.server", "8080"]')
    assert [one.capabilities for one in found.unknown if "file capabilities" in one.reason] == [("NET_BIND_SERVICE",)]
