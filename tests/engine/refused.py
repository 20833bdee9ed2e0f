"""Options of one container that Docker's engine or its client refuses, and such that it takes."""

from __future__ import annotations

REFUSED: tuple[tuple[str, ...], ...] = (
    *(("--security-opt", value) for value in ("no-new-privileges: true", "no-new-privileges:yes", "foo=bar")),
    *(("--security-opt", value) for value in ("./data:/data", "systempaths=foo", "writable-cgroups", "apparmor=")),
    *(("-p", value) for value in ("a:80", "80:a", "127.0.0.1:", "80:90-91", "99999:80", "80/foo", "90-80", "-1:80")),
    *(("-p", value) for value in ("localhost:80:80", "010.0.0.1:80:80", " 80:80")),
    *(
        ("-v", value)
        for value in ("/a:/b:", "/a:/b:bad", "/a:/b:ro,rw", "/a:/b:ro,ro", "/a:b", "data:b", "/a:/", "/a:ro")
    ),
    *(("-v", value) for value in ("/a:/b:nocopy", "data:/b:shared", "a/b:/c", "/a:/b:ro:z", "$X:/x")),
    ("-v", "/a:/b", "-v", "/c:/b/"),
    ("-v", "/a:/b", "--tmpfs", "/b"),
    ("-v", "/etc:/b", "--mount", "type=volume,dst=/b"),
    ("--mount", "type=volume,dst=/b", "--mount", "type=tmpfs,dst=/b"),
    *(("--mount", value) for value in ("type=foo,dst=/b", "type=bind,dst=/b", "type=volume,dst=b", "src=a/b,dst=/b")),
    *(("--mount", value) for value in ("type=bind,src=tmp,dst=/b", "type=tmpfs,src=data,dst=/b", "type=volume,dst=/")),
    ("--tmpfs", "run"),
    *(("-m", value) for value in ("-1", "1m", "5x", "g", "")),
    ("--memory-reservation", "1m"),
    ("--shm-size", "-1"),
    *(("--cpus", value) for value in ("-1", "few")),
    ("--cpu-period", "5"),
    ("--cpu-quota", "5"),
    ("--pids-limit", "few"),
    ("--oom-score-adj", "1001"),
    *(("--memory-swappiness", value) for value in ("101", "-2")),
    ("--health-retries", "-1"),
    *(("--health-interval", value) for value in ("-1s", "1")),
)

TAKEN: tuple[tuple[str, ...], ...] = (
    *(("--security-opt", value) for value in ("no-new-privileges", "no-new-privileges:T", "systempaths=unconfined")),
    *(
        ("-p", value)
        for value in ("127.0.0.1::80", "80-81:90-91", "80-85:90", "80/UDP", "80/", "[::1]:80:80", "::1:80:80")
    ),
    *(("-v", value) for value in ("/a:/b:ro,z", "/etc:/b:rw,rshared", "data:/b:nocopy", "./a:/b", "/b", "//a:/b")),
    ("-v", "/a:/b", "-v", "/a:/b"),
    ("-v", "/b", "-v", "/a:/b"),
    ("--tmpfs", "/b", "--mount", "type=bind,src=/etc,dst=/b"),
    *(("-m", value) for value in ("6m", "1 g", "1gib", "1.5G", "0")),
    ("-m", "1g", "--memory-swap", "-1"),
    *(("--cpus", value) for value in ("1/2", ".5", "1e0")),
    *(("--cpu-quota", value) for value in ("-1", "0")),
    ("--cpu-shares", "-1"),
    *(("--pids-limit", value) for value in ("-1", "0x10")),
    ("--oom-score-adj", "-1000"),
    ("--memory-swappiness", "-1"),
    ("--health-interval", "0"),
)
