#!/usr/bin/env bash
# docker run --privileged commented:1
set -euo pipefail

IMAGE="registry.example/app:1"

usage() {
  echo "docker run --privileged printed:1"
  cat <<EOF
$(docker run --rm heredoc:1 date)
  docker run --privileged documented:1
EOF
}

start() {
  if ! sudo -E docker run -d \
    --name "app-$1" \
    --cap-drop=ALL `# nothing is needed` \
    --cap-add={NET_BIND_SERVICE,CHOWN} \
    -v "$PWD/data:/data" \
    "$IMAGE" serve --port 80 >/dev/null 2>&1; then
    return 1
  fi
}

id=$(podman create --user 1000 substituted:1)
out="$(nerdctl run --rm "quoted:1" | head -n 1)"
DOCKER_HOST=tcp://x docker run assigned:1 && (docker run subshell:1 &) || true
for name in a b; do docker run "loop-$name:1"; done
case "$1" in
  a) docker run case:1 ;;
  *) timeout -k 5 30 env -u X A=b nice -n 5 docker run wrapped:1 < /dev/null ;;
esac
docker exec --privileged app sysctl -w net.core.somaxconn=1
docker exec app true
printf '%s\n' 'docker run quoted-string:1' | xargs echo docker run
$SUDO docker run indirect:1
time docker run timed:1 2>&1 | tee log
"$(which docker)" ps
