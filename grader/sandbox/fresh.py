"""A run in an interpreter of its own, started by bubblewrap: this is process 1 of its namespaces."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from typing import Any, NoReturn

from grader.sandbox import landlock, linux, seccomp, student, supervisor
from grader.sandbox.places import DEVICES, FOLDER
from grader.sandbox.student import Perform, Pipes, Walls
from grader.sandbox.supervisor import Territory


def main(order_fd: int) -> NoReturn:
    """Reads what to do from a descriptor, and does it."""
    order: dict[str, Any] = json.loads(student.read_all(order_fd))
    os.close(order_fd)
    pipes = Pipes(**order["pipes"])
    try:
        os.setsid()
        student.usual_signals()
        if os.getuid() == 0:
            user = order["user"]
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        linux.drop_capabilities()
        sys.path[:] = order["places"]["modules"]
        sys.argv[:] = [""]
        perform = load(order["wanted"]["perform"], order["performs"])
        walls = Walls(
            linux.machine(),
            landlock.version(),
            ("/",),
            ("/tmp", *DEVICES),
            seccomp.Strictness(),
            FOLDER,
        )
        supervisor.supervise(perform, pipes, walls, order["wanted"], Territory(True, "/tmp"))
    except BaseException as error:
        os.write(pipes.status, json.dumps({"failed": str(error)[:400]}).encode())
    finally:
        os._exit(1)


def load(name: str, performs: dict[str, str]) -> Perform:
    """The function that carries out requests of a kind, from a module or from a file."""
    where = performs[name]
    if where.endswith(".py"):
        spec = importlib.util.spec_from_file_location(name, where)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(where)
    perform: Perform = module.perform
    return perform
