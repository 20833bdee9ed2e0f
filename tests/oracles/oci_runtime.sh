#!/bin/sh
# An OCI runtime for tests, between an engine and runc: it keeps what the engine asks for (configured.json), takes
# out the capabilities that this machine itself does not have (lacking.sed), and lets runc do the rest. Without
# that, a container with all capabilities could not be started on such a machine.
home=$(dirname "$0")
file=
previous=
for word; do
  case $previous in
  --bundle) file=$word/config.json ;;
  --process) file=$word ;;
  esac
  previous=$word
done
if [ -n "$file" ]; then
  cp "$file" "$home/configured.json"
  sed -E -i -f "$home/lacking.sed" "$file"
fi
exec runc "$@"
