#!/usr/bin/env bash
# Starts a database: as root it gives the data to the server's user and starts itself again as that user.
set -Eeo pipefail

is_read_by_another() {
	[ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[1]}" = 'source' ]
}

# value_of NAME [DEFAULT]: take a setting from NAME, or from the file that NAME_FILE names
value_of() {
	local name="$1" file="$1_FILE" default="${2:-}" value
	if [ "${!name:-}" ] && [ "${!file:-}" ]; then
		echo >&2 "set $name or $file, not both"
		exit 1
	fi
	value="$default"
	if [ "${!name:-}" ]; then
		value="${!name}"
	elif [ "${!file:-}" ]; then
		value="$(< "${!file}")"
	fi
	export "$name"="$value"
}

make_folders() {
	local user; user="$(id -u)"
	mkdir -p "$DATA"
	chmod 00700 "$DATA" || :
	mkdir -p /run/database || :
	if [ -n "${JOURNAL:-}" ]; then
		mkdir -p "$JOURNAL"
		if [ "$user" = '0' ]; then
			find "$JOURNAL" \! -user database -exec chown database '{}' +
		fi
		chmod 700 "$JOURNAL"
	fi
	if [ "$user" = '0' ]; then
		find "$DATA" \! -user database -exec chown database '{}' +
	fi
}

wants_help() {
	local word
	for word; do
		case "$word" in
			-'?'|--help|-V|--version) return 0 ;;
		esac
	done
	return 1
}

run_files() {
	local file
	for file; do
		case "$file" in
			*.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
			*.sql) client -f "$file" ;;
			*) echo "passing over $file" ;;
		esac
	done
}

main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- server "$@"
	fi
	if [ "$1" = 'server' ] && ! wants_help "$@"; then
		value_of DATABASE_USER admin
		value_of DATABASE_PASSWORD
		make_folders
		if [ "$(id -u)" = '0' ]; then
			exec gosu database "$BASH_SOURCE" "$@"
		fi
		if [ -s "$DATA/VERSION" ]; then
			echo 'the data is there'
		else
			makedb --user "$DATABASE_USER" -D "$DATA" --password-file=<(printf '%s\n' "$DATABASE_PASSWORD")
			run_files /entrypoint.d/*
			server-control -D "$DATA" -o "$*" -w start
			client -c "CREATE DATABASE ${DATABASE_NAME:-$DATABASE_USER}" <<-'SQL'
				SELECT 1;
			SQL
			server-control -D "$DATA" -m fast -w stop
		fi
	fi
	exec "$@"
}

if ! is_read_by_another; then
	main "$@"
fi
