"""What Docker's engine refuses of a service's values is an error; what it takes is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.compose import engine_checks
from dropcap.carriers.compose.project_checks import MAY_BE_REFUSED
from dropcap.cli import main
from dropcap.exit_codes import CLEAN, UNCHECKED

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = {
    "restart: sometimes": "unknown policy",
    "restart: 'always:3'": "can only be used with 'on-failure'",
    "restart: 'on-failure:-1'": "cannot be negative",
    "restart: 'any:3'": "can only be used with 'on-failure'",
    "deploy: {restart_policy: {condition: foo}}": "unknown policy",
    "deploy: {restart_policy: {condition: any, max_attempts: 3}}": "can only be used with 'on-failure'",
    "mem_limit: 5m": "engine refuses services.s.mem_limit: Minimum memory limit allowed is 6MB",
    "mem_limit: -1": "Minimum memory limit allowed is 6MB",
    "mem_reservation: 1m": "Minimum memory reservation allowed is 6MB",
    "{mem_limit: 100m, memswap_limit: 50m}": "engine refuses services.s.memswap_limit: Minimum memoryswap limit",
    "memswap_limit: 50m": "You should always set the Memory limit",
    "{mem_limit: 100m, mem_reservation: 200m}": "can not be less than memory reservation limit",
    "{mem_limit: 10m, deploy: {resources: {reservations: {memory: 20m}}}}": "deploy.resources.reservations.memory:",
    "{deploy: {resources: {limits: {memory: 1m}}}}": "refuses services.s.deploy.resources.limits.memory:",
    "shm_size: -1": "SHM size can not be less than 0",
    "cpus: -1": "range of CPUs is from 0.01",
    "{cpus: 0.5, cpu_quota: 50000}": "Nano CPUs and CPU Quota cannot both be set",
    "{deploy: {resources: {limits: {cpus: '0.5'}}}, cpu_period: 50000}": "Nano CPUs and CPU Period cannot both",
    "cpu_period: 10": "CPU cfs period can not be less than 1ms",
    "cpu_quota: 10": "CPU cfs quota can not be less than 1ms",
    "cpu_shares: -1": "invalid CPU shares",
    "{cpu_rt_runtime: 95000, cpu_rt_period: 11000}": "runtime cannot be higher",
    "cpuset: a": "invalid format: a",
    "cpuset: '1-0'": "invalid format: 1-0",
    "healthcheck: {test: [CMD, a], interval: 999us}": "Interval in Healthcheck cannot be less than 1ms",
    "healthcheck: {disable: true, start_period: -1s}": "StartPeriod in Healthcheck cannot be less than 1ms",
    "ulimits: {core: {soft: 6, hard: 5}}": "soft limit must be less than or equal to hard limit: 6 > 5",
    "ulimits: {core: {soft: -1, hard: 5}}": "soft limit must be",
    "tmpfs: a": "mount path must be absolute",
    "tmpfs: ['/a:foo']": 'invalid tmpfs option "foo"',
    "tmpfs: ['/a:size=1k,']": 'invalid tmpfs option ""',
    "tmpfs: ['/a:mode=999']": "bad value for 'mode': 999",
    "tmpfs: ['/a:huge=always']": 'invalid tmpfs option "huge"',
    "tmpfs: ['/a:bind']": "no tmpfs is mounted with the option bind",
    "devices: [':/dev/x']": "error gathering device information",
    "devices: ['/dev/null:/dev/x:']": "access field cannot be empty",
    "devices: [{source: /dev/null, target: /dev/x}]": "access field cannot be empty",
    "device_cgroup_rules: ['x 1:3 rwm']": "invalid device cgroup rule format",
    "volumes: ['/tmp:/x:nocopy']": "field VolumeOptions must not be specified",
    "volumes: [{type: tmpfs, source: /a, target: /x}]": "field Source must not be specified",
    "volumes: [{type: bind, source: /a, target: /x, bind: {propagation: foo}}]": "invalid propagation mode: foo",
    "ports: [{target: 70000}]": 'refuses services.s.ports.target: invalid port specification: "70000"',
    "ports: [{target: 80, published: '90-80'}]": 'invalid port specification: "90-80"',
    "ports: [{target: 80, protocol: icmp}]": "invalid proto: icmp",
    "ipc: foo": "Invalid IPC mode: foo",
    "network_mode: 'container:'": "invalid container format",
    "{uts: host, hostname: a}": "hostname and the UTS mode",
    f"hostname: {'a' * 65}": "more than 64 bytes",
    "{network_mode: 'container:x', ports: ['80:80']}": "port publishing and the container type network mode",
    "{network_mode: 'container:x', hostname: a}": "hostname and the network mode",
    "sysctls: {vm.max_map_count: 262144}": "is not in a separate kernel namespace",
    "sysctls: [kernel.hostname=a]": "conflicts with the OCI",
    "{network_mode: host, sysctls: [net.core.somaxconn=1]}": "not allowed in host network namespace",
    "{ipc: host, sysctls: {kernel.shmmax: 1}}": "not allowed in the hosts ipc namespace",
    "logging: {driver: json-file, options: {max_size: 10m}}": "unknown log opt 'max_size' for json-file log driver",
    "logging: {driver: json-file, options: {max-size: 10x}}": "invalid size: '10x'",
    "logging: {driver: json-file, options: {max-file: '0'}}": "max-file cannot be less than 1",
    "logging: {driver: json-file, options: {compress: 'true'}}": "compress cannot be true",
    "logging: {driver: local, options: {max-file: '1'}}": "compression cannot be enabled",
    "logging: {driver: fluentd, options: {mode: foo}}": "logging mode not supported: foo",
    "logging: {driver: local, options: {max-buffer-size: 1m}}": "only supported with 'mode=non-blocking'",
    "logging: {driver: syslog, options: {max-size: 1m}}": "unknown log opt 'max-size' for syslog log driver",
    "logging: {driver: syslog, options: {syslog-address: 'foo://1.2.3.4:5'}}": "unsupported scheme: foo://1.2.3.4:5",
    "logging: {driver: syslog, options: {syslog-address: x}}": "syslog-address: unsupported scheme",
    "logging: {driver: syslog, options: {syslog-facility: '24'}}": "invalid syslog facility: 24",
    "logging: {driver: syslog, options: {syslog-format: foo}}": "Invalid syslog format: foo",
    "logging: {driver: journald, options: {max-file: '3'}}": "unknown log opt 'max-file' for journald log driver",
    "logging: {driver: gelf}": "refuses services.s.logging: gelf-address is a required parameter",
    "logging: {driver: gelf, options: {gelf-address: 'http://1.2.3.4:5'}}": "should be in form proto://host:port",
    "logging: {driver: gelf, options: {gelf-address: 'udp://a'}}": "should be in form proto://host:port",
    "logging: {driver: gelf, options: {gelf-address: 'udp://1.2.3.4:5', gelf-compression-level: '10'}}": "unknown",
    "logging: {driver: gelf, options: {gelf-address: 'udp://1.2.3.4:5', foo: bar}}": "unknown log opt 'foo'",
    "logging: {driver: fluentd, options: {foo: bar}}": "unknown log opt 'foo' for fluentd log driver",
    "logging: {driver: fluentd, options: {fluentd-async: x}}": "strconv.ParseBool",
    "mac_address: '02:42:ac:11:65'": "is not a valid mac address",
    "networks: {default: {ipv4_address: '::1'}}": "invalid IPv4 address: ::1",
    "user: '0:2147483648'": "uids and gids must be in range",
    "group_add: ['-1']": "uids and gids must be in range",
    "environment: ['=a']": "invalid environment variable",
    "environment: [A, '']": "invalid environment variable",
    "isolation: foo": "invalid isolation",
    "platform: linux/amd64/v9/x": "cannot parse platform specifier",
    "extra_hosts: ['a=']": "invalid IP address",
    "extra_hosts: {a: ''}": "invalid IP address",
    "extra_hosts: ['a:b']": "invalid IP address",
    "extra_hosts: {a: 1.2.3}": "invalid IP address",
    "ulimits: {files: 5}": "the limit files, which the runtime does not know",
    "stop_signal: SIGFOO": "invalid signal",
    "working_dir: app": "needs to be an absolute path",
}
TAKEN = (
    # Docker Compose makes a number of what follows the colon, or takes it for none, and has two more names.
    *("restart: 'on-failure:x'", "restart: ':3'", "restart: none", "restart: any", "restart: 'always:0'"),
    *("{restart: foo, deploy: {restart_policy: {}}}", "deploy: {restart_policy: {max_attempts: 3}}"),
    *("mem_limit: 6m", "mem_limit: 0", "{mem_limit: 10m, memswap_limit: -1}", "{mem_limit: 10m, mem_reservation: 10m}"),
    *("{mem_limit: '${M}', memswap_limit: 1m}", "{mem_limit: 10m, memswap_limit: '${M}'}", "memswap_limit: -1"),
    *("{cpus: 0, cpu_quota: 50000}", "{cpus: 0.5, cpu_quota: -1}", "cpu_period: 1000", "cpuset: '0,0-0'", "cpuset: ''"),
    *("healthcheck: {test: [CMD, a], interval: 1ms, timeout: 0s}", "ulimits: {core: {soft: 5, hard: -1}}"),
    *("tmpfs: /a", "tmpfs: ['/a:rw,noexec,size=64k,mode=1777,uid=0,nr_inodes=5']", "tmpfs: ['/a:', '${T}']"),
    *("devices: ['/dev/null:/dev/x:rwm', '/dev/null', '${D}']", "device_cgroup_rules: ['c 1:* rwm', 'a *:* m']"),
    *("devices: [{source: /dev/null, target: /dev/x, permissions: '${P}'}]", "volumes: ['/a:/y:ro,Z']"),
    *("volumes: [{type: bind, source: /a, target: /x, bind: {propagation: rslave}}]", "ports: [{target: '${P}'}]"),
    # It keeps 32 bits of the number.
    *("ports: [{target: 4294967376, published: '80-90', protocol: TCP}]", "ports: [{target: 80, published: ''}]"),
    *("ipc: shareable", "ipc: 'container:a'", "uts: host", "{uts: '${U}', hostname: a}", f"hostname: {'a' * 64}"),
    *(
        "{network_mode: 'container:x', ports: []}",
        "{network_mode: host, hostname: a}",
        "{network_mode: host, dns: 1.1.1.1}",
    ),
    *("sysctls: {net.core.somaxconn: 1, kernel/shmmax: 5, fs.mqueue.msg_max: 1, kernel.domainname: x}",),
    *("{runtime: runsc, sysctls: {vm.max_map_count: 1}}", "{network_mode: '${N}', sysctls: [net.a=1]}"),
    *("logging: {driver: json-file, options: {max-size: 10m, max-file: '3', compress: 'true', tag: x}}",),
    *("logging: {driver: none, options: {a: b}}", "logging: {options: {foo: bar}}", "logging: {driver: '${L}'}"),
    *("logging: {driver: json-file, options: {mode: non-blocking, max-buffer-size: 4m}}", "logging: {driver: splunk}"),
    *("logging: {driver: syslog, options: {syslog-facility: local7, syslog-format: rfc5424, tag: x, env: b}}",),
    *("logging: {driver: syslog, options: {syslog-address: 'udp://1.2.3.4', syslog-facility: '9'}}",),
    *("logging: {driver: journald, options: {labels: a, env-regex: b, tag: '{{.Name}}'}}",),
    *("logging: {driver: gelf, options: {gelf-address: 'udp://1.2.3.4:5', gelf-compression-type: none}}",),
    *("logging: {driver: fluentd, options: {fluentd-async: 'true', fluentd-address: 'localhost:24224'}}",),
    *("logging: {driver: syslog, options: {syslog-facility: '${F}'}}",),
    *("mac_address: '02:42:ac:11:65:43'", "networks: {default: {ipv4_address: '${A}'}}", "user: '2147483647'"),
    *(
        "user: app",
        "group_add: [video, 5]",
        "environment: ['A', 'A B=c']",
        "platform: LINUX/AMD64",
        "isolation: default",
    ),
    *("restart: 'no'", "restart: no", "restart: 'on-failure:3'", "restart: ''", "restart: '${POLICY}'"),
    *("extra_hosts: ['a:host-gateway', 'b=::1', 'c:[::1]']", "extra_hosts: {a: 1.2.3.4, b: '${ADDRESS}'}"),
    *("extra_hosts: ['a:1.1.1.1,2.2.2.2']", "extra_hosts: {a: [1.1.1.1, '::1']}"),
    *("ulimits: {nofile: {soft: 1, hard: 2}, as: 5}", "stop_signal: SIGQUIT", "stop_signal: '3'"),
    *("working_dir: /app", "working_dir: '${FOLDER}'", "working_dir: 'C:\\app'"),
)


def failures(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = folder / "compose.yaml"
    if line.startswith("{"):
        line = f"<<: {line}"
    path.write_text(f"services:\n  s:\n    image: i\n    cap_drop: [ALL]\n    {line}\n", encoding="utf-8")
    code = main(["check", str(path)])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_engine_refuses_is_an_error(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = failures(line, tmp_path, capsys)
    assert code == UNCHECKED
    assert REFUSED[line] in told
    assert "compose.yaml:5:" in told


def test_what_the_engine_alone_refuses_is_a_note_where_a_project_is_only_resolved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text("services: {s: {image: i, mem_limit: 1m}}\n", encoding="utf-8")
    assert main(["config", str(path)]) == CLEAN
    assert "note: Docker's engine refuses services.s.mem_limit: Minimum memory" in capsys.readouterr().err


@pytest.mark.parametrize("line", TAKEN)
def test_what_the_engine_takes_is_none(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = failures(line, tmp_path, capsys)
    assert code != UNCHECKED, told


def test_what_the_engine_may_refuse_is_looked_at() -> None:
    assert engine_checks.KEYS == MAY_BE_REFUSED
