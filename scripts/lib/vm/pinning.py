"""Virtual CPUs on CPUs of their own, where this host has enough of them."""
import json
import os
import socket
import time

WAIT_S = 5


def pin(path, cpus):
    """Asks QEMU for the threads of its virtual CPUs and pins each. Silent where it cannot: it is an improvement only."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) <= cpus:  # one more, for QEMU's own work
        return
    try:
        for thread, cpu in zip(threads(path), available[-cpus:]):
            os.sched_setaffinity(thread, {cpu})
    except (OSError, ValueError, KeyError):
        return


def threads(path):
    with connect(path) as connection, connection.makefile("rw", encoding="utf-8") as talk:
        talk.readline()  # the greeting
        ask(talk, "qmp_capabilities")
        return [cpu["thread-id"] for cpu in ask(talk, "query-cpus-fast")]


def connect(path):
    deadline = time.monotonic() + WAIT_S
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(WAIT_S)
        try:
            connection.connect(str(path))
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def ask(talk, command):
    talk.write(json.dumps({"execute": command}) + "\n")
    talk.flush()
    while True:
        answer = json.loads(talk.readline())
        if "return" in answer:
            return answer["return"]
        if "error" in answer:
            raise OSError(answer["error"]["desc"])
