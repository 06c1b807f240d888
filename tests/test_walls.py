import subprocess
import sys

import pytest

from server.walls import forbid_sockets

INSIDE = """
import os, socket
from server.walls import forbid_sockets
left, right = socket.socketpair()
assert forbid_sockets()
left.sendall(b"open before")
print(right.recv(99).decode())
print(len(open("pyproject.toml").read()) > 0)
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
    try:
        socket.socket(family)
    except PermissionError as error:
        print("refused")
pid = os.fork()
if pid == 0:
    try:
        socket.create_connection(("127.0.0.1", 9))
    except PermissionError:
        print("refused to a child", flush=True)
    os._exit(0)
os.waitpid(pid, 0)
"""


def test_no_socket_is_made_behind_the_wall_but_files_and_open_sockets_serve() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INSIDE], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    lines = done.stdout.split("\n")
    assert lines[:-1] == ["open before", "True", *["refused"] * 3, "refused to a child"]


@pytest.mark.parametrize("machine", ["sparc", ""])
def test_an_unknown_machine_has_no_wall(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)

    assert not forbid_sockets()
