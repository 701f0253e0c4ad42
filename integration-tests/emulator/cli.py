"""`emulator start|stop|status`: starts the server, in the foreground or the background, and waits until it answers."""
import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("KIBAN_CACHE_DIR") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "kiban")
DEFAULT_PORT = 4566
START_SECONDS = 60


def main(argv=None):
    parser = argparse.ArgumentParser(prog="emulator", description="kiban's AWS emulator on loopback")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "status"):
        command = commands.add_parser(name)
        command.add_argument("--pid-file", help="where the process and its port are written")
        command.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 chooses a free one; default %(default)s")
        if name == "start":
            command.add_argument("--state", help="keep the emulated accounts in this file")
            command.add_argument("--background", action="store_true", help="return once the emulator answers")
            command.add_argument("--log", help="where the background process writes its messages")
            command.add_argument("--delay-ms", type=float, help="how long a resource is CREATING at least")
    options = parser.parse_args(argv)
    pid_file = options.pid_file or _pid_file(options.port or f"new-{os.getpid()}")
    return {"start": start, "stop": stop, "status": status}[options.command](options, os.path.abspath(pid_file))


def _pid_file(port):
    return os.path.join(CACHE, f"emulator-{port}.pid")


def start(options, pid_file):
    running = _read(pid_file)
    if running and _healthy(running):
        print(f"emulator: already running as process {running['pid']}", file=sys.stderr)
        print(f"endpoint={running['endpoint']}")
        return 0
    if not options.background:
        return _serve(options, pid_file)
    if os.path.exists(pid_file):
        os.unlink(pid_file)
    os.makedirs(os.path.dirname(pid_file), exist_ok=True)
    log = options.log or pid_file + ".log"
    arguments = [sys.executable, "-m", __spec__.name, "start", "--port", str(options.port), "--pid-file", pid_file]
    for flag, value in (("--state", options.state), ("--delay-ms", options.delay_ms)):
        if value is not None:
            arguments += [flag, str(value)]
    with open(log, "ab") as output:
        child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    deadline = time.time() + START_SECONDS
    while time.time() < deadline:
        running = _read(pid_file)
        if running and running["pid"] == child.pid and _healthy(running):
            if not options.pid_file and not options.port:  # so that `stop --port P` finds it
                os.replace(pid_file, _pid_file(running["port"]))
            print(f"endpoint={running['endpoint']}")
            return 0
        if child.poll() is not None:
            break
        time.sleep(0.05)
    with open(log, "rb") as output:
        tail = output.read().decode("utf-8", "replace").strip().splitlines()[-5:]
    print("emulator: did not start:\n  " + "\n  ".join(tail or ["no answer in time"]) + f"\n(messages in {log})", file=sys.stderr)
    if child.poll() is None:
        child.terminate()
    return 1


def _serve(options, pid_file):
    from . import state
    from .persistence import StateFileError
    from .server import Emulator
    if options.delay_ms is not None:
        state.CONFIG["delay_ms"] = options.delay_ms

    def ready(port):
        nonlocal pid_file
        if not options.pid_file:
            pid_file = _pid_file(port)
        endpoint = f"http://127.0.0.1:{port}"
        os.makedirs(os.path.dirname(pid_file), exist_ok=True)
        temporary = f"{pid_file}.{os.getpid()}"
        with open(temporary, "w") as file:
            json.dump({"pid": os.getpid(), "port": port, "endpoint": endpoint}, file)
        os.replace(temporary, pid_file)
        print(f"endpoint={endpoint}", flush=True)
    try:
        Emulator(options.state and os.path.abspath(options.state)).run(options.port, ready)
    except StateFileError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"emulator: cannot listen on port {options.port}: {error}", file=sys.stderr)
        return 1
    return 0


def stop(options, pid_file):
    running = _read(pid_file)
    if not running or not _alive(running["pid"]):
        print("emulator: not running")
        return 0
    if not _healthy(running, tries=3):
        print(f"emulator: process {running['pid']} does not answer as an emulator; left alone (see {pid_file})", file=sys.stderr)
        return 1
    os.kill(running["pid"], signal.SIGTERM)
    for _ in range(200):
        if not _alive(running["pid"]):
            os.path.exists(pid_file) and os.unlink(pid_file)
            print("emulator: stopped")
            return 0
        time.sleep(0.05)
    print(f"emulator: process {running['pid']} does not stop", file=sys.stderr)
    return 1


def status(options, pid_file):
    running = _read(pid_file)
    if running and _healthy(running):
        print(f"running pid={running['pid']} endpoint={running['endpoint']}")
        return 0
    print("not running")
    return 3


def _read(pid_file):
    try:
        with open(pid_file) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _zombie(pid)


def _zombie(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


def _healthy(running, tries=1):
    """Whether the process of the file is the one that answers on its port."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(tries):
        try:
            with opener.open(running["endpoint"] + "/_kiban/health", timeout=5) as answer:
                return json.load(answer)["pid"] == running["pid"]
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
