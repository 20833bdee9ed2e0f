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
    *(("--restart", value) for value in ("sometimes", "Always", ":3", "on-failure:x", "on-failure:-2", "always:3")),
    ("--restart", "always", "--rm"),
    *(("--ulimit", value) for value in ("nofile", "as=1", "nofile=2:1", "nofile=1:2:3", "nofile=x", "nofile=-1:5")),
    *(("--add-host", value) for value in ("a", ":1.2.3.4", "a:b", "a:01.2.3.4", "a:b:1.2.3.4", "a:fe80::1%eth0")),
    *(("--expose", value) for value in ("90-80", "x", "70000", "80:80", " 80", "")),
    *(("--dns", value) for value in ("1.1.1", "example.com", "")),
    *(("--dns-search", value) for value in ("", "1.1.1", "a_b")),
    *(("--volumes-from", value) for value in ("a:bad", "a:shared", "")),
    ("-m", "100m", "--memory-swap", "50m"),
    ("--memory-swap", "100m"),
    ("-m", "100m", "--memory-reservation", "200m"),
    ("--cpus", "1", "--cpu-period", "1000"),
    ("--cpus", "1", "--cpu-quota", "1000"),
    *(("--health-interval", value) for value in ("1us", "1d", "s")),
    ("--health-cmd", "x", "--no-healthcheck"),
    ("--log-driver", "none", "--log-opt", "a=b"),
    ("--log-driver", "json-file", "--log-opt", "foo=bar"),
    *(("--label", value) for value in ("=x", "a b=c", "")),
    *(("--env", value) for value in ("=x", "")),
    *(
        ("--mount", f"type=bind,src=/etc,dst=/b,{field}")
        for field in ("foo=bar", "foo", "ro=yes", "volume-nocopy", "bind-propagation=foo", "bind-recursive=foo")
    ),
    *(("--mount", f"type=tmpfs,dst=/b,{field}") for field in ("tmpfs-size=x", "tmpfs-mode=9", "volume-nocopy")),
    *(
        ("--network", "container:c", *options)
        for options in (
            ("-p", "80:80"),
            ("-P",),
            ("--hostname", "x"),
            ("--expose", "80"),
            ("--dns", "1.1.1.1"),
            ("--add-host", "a:1.1.1.1"),
        )
    ),
    *(("--network", value) for value in ("", "container:", "name=a,foo=b", "alias=b", "name=a,ip=1.2.3")),
    ("--network", "host", "--network", "host"),
    ("--network", "host", "--network", "a"),
    ("--ip", "1.2.3"),
    ("--mac-address", "foo"),
    ("--uts", "host", "--hostname", "x"),
    *(("--gpus", value) for value in ("foo", "count=x", "foo=1", "all,all")),
    *(("--stop-signal", value) for value in ("SIGFOO", "0", "RTMIN+16")),
    *(("--platform", value) for value in ("foo", "a/b/c/d", "linux/")),
    *(("--workdir", value) for value in ("x", ".")),
    ("--attach", "foo"),
    *(("--blkio-weight-device", value) for value in ("/dev/sda:5", "sda:500")),
    *(("--device-read-bps", value) for value in ("/dev/sda:x", "sda:1mb", "/dev/sda")),
    ("--device-read-iops", "/dev/sda:1k"),
    *(("--cpuset-cpus", value) for value in ("x", "0-")),
    *(("-p", value) for value in ("published=90", "target=80,foo")),
    *(("--pids-limit", value) for value in ("9223372036854775808",)),
)

# Podman does not know these options.
REFUSED_OF_DOCKER: tuple[tuple[str, ...], ...] = (
    *(("--link", value) for value in ("", "a:b:c")),
    *(("--network", mode, "--link", "a") for mode in ("host", "container:c")),
    ("--isolation", "foo"),
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
    *(("--restart", value) for value in ("no", "on-failure:3", "on-failure:", "always:0", "")),
    ("--restart", "no", "--rm"),
    *(("--ulimit", value) for value in ("nofile=1024:2048", "nofile=-1", "nofile=5:-1")),
    *(("--add-host", value) for value in ("a=1.2.3.4", "a:::1", "a:[::1]", "a:host-gateway", "a: 1.2.3.4")),
    *(("--expose", value) for value in ("80-90/udp", "80/", "0")),
    *(("--dns", value) for value in (" 1.1.1.1 ", "::1")),
    *(("--dns-search", value) for value in (".", "example.com", "a.b.")),
    ("-m", "100m", "--memory-swap", "100m", "--memory-reservation", "50m"),
    ("--cpus", "0", "--cpu-quota", "1000"),
    *(("--health-interval", value) for value in ("1ms", "1h5m", "+1.5s")),
    ("--no-healthcheck",),
    ("--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "mode=non-blocking"),
    ("--log-driver", "local", "--log-opt", "max-file=5"),
    *(("--label", value) for value in ("a", " a=b c")),
    *(
        ("--mount", f"type=bind,src=/etc,dst=/b,{field}")
        for field in ("readonly", "ro=false", "bind-propagation=rshared", "consistency=foo")
    ),
    ("--mount", "TYPE=tmpfs,DST=/b,tmpfs-mode=1777,tmpfs-size=1m"),
    ("--network", "host", "-p", "80:80", "--hostname", "x"),
    ("--ip", "1.2.3.4"),
    *(("--gpus", value) for value in ("all", "1", "device=0", '"device=0,1"')),
    *(("--stop-signal", value) for value in ("TERM", "99", "sigrtmin+3", "-1")),
    *(("--platform", value) for value in ("linux", "linux/amd64")),
    ("--blkio-weight-device", "/dev/sda:500"),
    *(("--device-read-bps", value) for value in ("/dev/sda:1mb", "/dev/sda:1.5 g")),
    ("--cpuset-cpus", "0"),
    ("-p", "target=80,published=90"),
)
