# dropcap as an image. docs/ci.md says how to build it and how to run it.
ARG PYTHON=python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285

FROM ${PYTHON} AS build
COPY pyproject.toml requirements.txt README.md LICENSE /src/
COPY linter /src/linter
COPY rules /src/rules
# All that comes from elsewhere comes by hash. What is installed is compiled here: where it runs, nothing can be written.
RUN python3 -m venv /opt/dropcap \
 && /opt/dropcap/bin/pip wheel --no-cache-dir --wheel-dir /wheels --only-binary :all: \
      --require-hashes --requirement /src/requirements.txt \
 && /opt/dropcap/bin/pip install --no-cache-dir --no-index --find-links /wheels /src \
 && /opt/dropcap/bin/pip uninstall --yes pip setuptools

FROM ${PYTHON}
COPY --from=build /opt/dropcap /opt/dropcap
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/opt/dropcap/bin/dropcap"]
CMD ["check"]
