"""A wall that the kernel keeps around a process: it can reach nobody whom it does not reach yet.

A filter of system calls (seccomp) refuses to make a socket, or to connect one, for good; what is
open stays open, and so does the way to files.
"""

import ctypes
import errno
import platform
import struct

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
# Machine → how the kernel names it in a filter, and its numbers of socket and connect.
_MACHINES = {"x86_64": (0xC000003E, 41, 42), "aarch64": (0xC00000B7, 198, 203)}
# By this one a socket could be made without either, and on x86_64 above this number by others.
_IO_URING_SETUP, _X32 = 425, 0x40000000
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def forbid_sockets() -> bool:
    """Refuse new sockets to this process and its children; False where the kernel cannot."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    code = b"".join(_instructions(*known))
    memory = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(memory, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    refused: int = libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program))
    return refused == 0


def _instructions(machine: int, *numbers: int) -> list[bytes]:
    refused = [*numbers, _IO_URING_SETUP]
    rest = len(refused)
    checks = [_step(_EQUALS, number, yes=rest - place) for place, number in enumerate(refused)]
    return [
        _step(_LOAD, _MACHINE),
        # Another machine's numbers mean other calls.
        _step(_EQUALS, machine, no=rest + 3),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, yes=rest + 1),
        *checks,
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
