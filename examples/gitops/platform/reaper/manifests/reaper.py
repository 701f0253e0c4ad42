#!/usr/bin/env python3
"""Stops Jenkins builds that hang because their agent vanished.

A spot node that is taken away, or a pod that is killed, can leave a Pipeline behind that waits for ever: the last line of
its log is "Cannot contact <agent>: java.lang.InterruptedException". Such a build holds an executor and, by its other agents,
whole nodes. This script looks at the running builds of every tenant once, stops those, says what it did in its log and in
metrics, and ends.

A build is stopped only if all of this holds:
  - it has been running for at least the minimum age;
  - one of the last lines of its log matches the pattern;
  - no agent of the name in that line is connected: it did not come back;
  - its log has not grown by one byte during the quiet time, so no parallel branch of it is alive.

Every setting is an option with an environment variable of the same name (`--min-age`: REAPER_MIN_AGE). Credentials are one
file for each tenant, named after it: {"user": "...", "password": "..."}; the password may be an API token.

Knows nothing of Kubernetes, and writes nothing but the stop, term and kill requests. Python's standard library only.
"""

import argparse
import base64
import email.parser
import http.client
import http.cookies
import http.server
import json
import os
import pathlib
import re
import sys
import threading
import time
import urllib.parse

# Jenkins wraps links in its log into invisible notes of base64; they are no part of the text.
CONSOLE_NOTE = re.compile(r"\x1b\[8mha:.*?\x1b\[0m")

# All executors, also the weightless ones on the built-in node: a Pipeline without an agent sits on one of those.
COMPUTERS = (
    "/computer/api/json?tree=computer[displayName,offline,"
    "executors[currentExecutable[url]],oneOffExecutors[currentExecutable[url]]]"
)


class JenkinsError(Exception):
    """Jenkins could not be reached, or did not answer as it should."""


class Answer:
    """Status, headers and body of a response."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise JenkinsError(f"the answer is no JSON: {error}") from error


class Jenkins:
    """One Jenkins, by its address in the cluster.

    Follows no redirect: they lead to the public name, which the cluster cannot reach.
    """

    def __init__(self, url, user, password, timeout=20):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise JenkinsError(f"{url!r} is no http address")
        self.scheme, self.host, self.port = parts.scheme, parts.hostname, parts.port
        self.timeout = timeout
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}"}
        self.crumb = None
        self.cookies = {}

    def request(self, method, path, headers=None, headers_only=False):
        kind = http.client.HTTPSConnection if self.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.host, self.port, timeout=self.timeout)
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, headers=sent)
            response = connection.getresponse()
            # The rest of a long answer is dropped with the connection.
            body = b"" if headers_only else response.read()
        except (OSError, http.client.HTTPException) as error:
            raise JenkinsError(f"{method} {path}: {error}") from error
        finally:
            connection.close()
        # A crumb holds only within the session that it was given to.
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, response.headers, body)

    def get(self, path, headers=None, headers_only=False):
        answer = self.request("GET", path, headers, headers_only)
        if answer.status != 200:
            raise JenkinsError(f"GET {path}: status {answer.status}")
        return answer

    def post(self, path):
        if self.crumb is None:
            answer = self.request("GET", "/crumbIssuer/api/json")
            if answer.status == 200:
                crumb = answer.json()
                self.crumb = {crumb["crumbRequestField"]: crumb["crumb"]}
            elif answer.status == 404:
                self.crumb = {}  # protection against forged requests is switched off
            else:
                raise JenkinsError(f"no crumb: status {answer.status}")
        answer = self.request("POST", path, {**self.crumb, "Content-Length": "0"})
        if answer.status not in (200, 201, 302, 303):
            raise JenkinsError(f"POST {path}: status {answer.status}")

    def survey(self):
        """Paths of all running builds, and the names of all agents that are connected."""
        builds, agents = {}, set()
        for computer in self.get(COMPUTERS).json().get("computer", []):
            if not computer.get("offline", True):
                agents.add(computer.get("displayName"))
            for executor in computer.get("executors", []) + computer.get("oneOffExecutors", []):
                url = (executor.get("currentExecutable") or {}).get("url")
                if url:
                    # Jenkins answers with its public name.
                    builds[urllib.parse.urlsplit(url).path.rstrip("/")] = None
        return list(builds), agents

    def build(self, path):
        return self.get(f"{path}/api/json?tree=building,timestamp,fullDisplayName").json()

    def log_tail(self, path, size):
        """The last `size` bytes of a log, and the length of the whole log.

        Jenkins has a request for it since the end of 2025. An older one has to be asked for the length first, and reads
        the log for that answer, some thousand lines at a time: nothing to do for more builds than necessary.
        """
        log = f"{path}/logText/progressiveText"
        answer = self.request("GET", f"{log}?start=-{size}", {"Accept": "multipart/form-data"})
        if answer.status == 200 and answer.headers.get_content_type() == "multipart/form-data":
            return multipart_log(answer)
        length = 0
        while True:
            end = self.log_end(path, length)
            if end <= length:
                break
            length = end
        answer = self.get(f"{log}?start={max(0, length - size)}")
        return decode(answer.body), text_size(answer)

    def log_end(self, path, start):
        """Where the log ends that begins at `start`: at `start` if nothing has been added there."""
        return text_size(self.get(f"{path}/logText/progressiveText?start={start}", headers_only=True))


def text_size(answer):
    try:
        return int(answer.headers["X-Text-Size"])
    except (TypeError, ValueError) as error:
        raise JenkinsError("the log has no X-Text-Size") from error


def multipart_log(answer):
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = email.parser.BytesParser().parsebytes(head + answer.body)
    parts = {}
    for part in message.get_payload() if message.is_multipart() else []:
        name = part.get_param("name", header="Content-Disposition")
        parts[name] = part.get_payload(decode=True)
    try:
        return decode(parts["text"]), int(json.loads(parts["meta"])["end"])
    except (KeyError, TypeError, ValueError) as error:
        raise JenkinsError("the log came without its text or its length") from error


def decode(raw):
    return CONSOLE_NOTE.sub("", raw.decode("utf-8", "replace"))


def vanished_agent(text, pattern, lines):
    """The name of the agent that one of the last lines misses; None if none does, "" if the pattern names none."""
    last = [line for line in text.splitlines() if line.strip()][-lines:]
    for line in reversed(last):
        match = pattern.search(line)
        if match:
            return match.groupdict().get("agent") or ""
    return None


class Result:
    """What was found and done at one tenant."""

    def __init__(self):
        self.up = 0
        self.running = 0
        self.hanging = 0
        self.stopped = 0
        self.failed = 0


class Reaper:
    """Looks at tenants one after the other. `clock` and `sleep` are given, so that tests need not wait."""

    def __init__(self, settings, clock=time.time, sleep=time.sleep, say=None):
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self.say = say or (lambda **event: print(json.dumps(event), flush=True))

    def suspects(self, tenant, jenkins, result):
        """Builds whose log ends with the pattern, with the length of the log."""
        paths, agents = jenkins.survey()
        result.running = len(paths)
        found = {}
        for path in paths:
            try:
                build = jenkins.build(path)
                age = self.clock() - build.get("timestamp", 0) / 1000
                if not build.get("building") or age < self.settings.min_age:
                    continue
                text, length = jenkins.log_tail(path, self.settings.tail_bytes)
            except JenkinsError as error:
                self.say(event="unreadable build", tenant=tenant, build=path, error=str(error))
                continue
            agent = vanished_agent(text, self.settings.pattern, self.settings.tail_lines)
            if agent is None:
                continue
            if agent and agent in agents:
                self.say(event="agent is back", tenant=tenant, build=path, agent=agent)
                continue
            found[path] = (length, agent, int(age))
        return found

    def is_quiet(self, tenant, jenkins, path, length):
        try:
            if not jenkins.build(path).get("building"):
                return False
            return jenkins.log_end(path, length) == length
        except JenkinsError as error:
            self.say(event="unreadable build", tenant=tenant, build=path, error=str(error))
            return False

    def stop(self, jenkins, path):
        """As a person would: ask, insist, kill. True as soon as the build has ended."""
        for verb in ("stop", "term", "kill"):
            jenkins.post(f"{path}/{verb}")
            deadline = self.clock() + self.settings.grace
            while True:
                if not jenkins.build(path).get("building"):
                    return verb
                if self.clock() >= deadline:
                    break
                self.sleep(1)
        return None

    def tenants(self):
        """Name and client of every tenant; a file that cannot be used is reported and counts as a tenant that is down."""
        for file in sorted(pathlib.Path(self.settings.credentials).iterdir()):
            # A mounted Secret has links named ..data and the like beside its keys.
            if file.name.startswith(".") or not file.is_file():
                continue
            tenant = file.name
            try:
                entry = json.loads(file.read_text())
                url = self.settings.url.format(tenant=tenant)
                yield tenant, Jenkins(url, entry["user"], entry["password"], self.settings.timeout)
            except (OSError, ValueError, KeyError, TypeError, JenkinsError) as error:
                # Without the text of the error, which may hold a part of the file.
                self.say(event="unusable credentials", tenant=tenant, error=type(error).__name__)
                yield tenant, None

    def run(self):
        """Looks at all tenants, and answers what was found by tenant."""
        results, found = {}, {}
        for tenant, jenkins in self.tenants():
            result = results[tenant] = Result()
            if jenkins is None:
                continue
            try:
                suspects = self.suspects(tenant, jenkins, result)
                result.up = 1
            except JenkinsError as error:
                self.say(event="tenant is down", tenant=tenant, error=str(error))
                continue
            if suspects:
                found[tenant] = (jenkins, suspects)
        if found:
            self.sleep(self.settings.quiet)  # once for all tenants
        for tenant, (jenkins, suspects) in found.items():
            self.reap(tenant, jenkins, suspects, results[tenant])
        return results

    def reap(self, tenant, jenkins, suspects, result):
        for path, (length, agent, age) in suspects.items():
            about = {"tenant": tenant, "build": path, "agent": agent, "age": age}
            if not self.is_quiet(tenant, jenkins, path, length):
                self.say(event="build goes on", **about)
                continue
            result.hanging += 1
            if self.settings.dry_run:
                self.say(event="would stop", **about)
                continue
            if result.stopped + result.failed >= self.settings.limit:
                self.say(event="limit reached", limit=self.settings.limit, **about)
                continue
            try:
                verb = self.stop(jenkins, path)
            except JenkinsError as error:
                result.failed += 1
                self.say(event="cannot stop", error=str(error), **about)
                continue
            if verb:
                result.stopped += 1
                self.say(event="stopped", by=verb, **about)
            else:
                result.failed += 1
                self.say(event="cannot stop", error="it runs on after stop, term and kill", **about)


def metrics(results, settings, started, ended):
    """The results in Prometheus' text format."""
    by_tenant = [
        ("reaper_tenant_up", "Whether the tenant's Jenkins answered.", "up"),
        ("reaper_running_builds", "Builds that were running.", "running"),
        ("reaper_hanging_builds", "Builds found hanging in this run.", "hanging"),
        ("reaper_stopped_builds", "Builds stopped in this run.", "stopped"),
        ("reaper_failed_stops", "Builds that could not be stopped in this run.", "failed"),
    ]
    alone = [
        ("reaper_dry_run", "Whether this run only looked.", int(settings.dry_run)),
        ("reaper_run_timestamp_seconds", "When this run ended.", round(ended, 3)),
        ("reaper_run_duration_seconds", "How long this run took.", round(ended - started, 3)),
    ]
    lines = []
    for name, text, field in by_tenant:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f'{name}{{tenant="{tenant}"}} {getattr(result, field)}' for tenant, result in results.items()]
    for name, text, value in alone:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge", f"{name} {value}"]
    return "\n".join(lines) + "\n"


def serve(text, port, linger, scrapes):
    """Serves the metrics until they have been read `scrapes` times, at most `linger` seconds."""
    enough = threading.Event()
    read = [0]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            read[0] += 1
            if read[0] >= scrapes:
                enough.set()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    enough.wait(linger)
    server.shutdown()
    server.server_close()
    return read[0]


def arguments(argv, environment):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])

    def option(name, default, kind=str, text=""):
        variable = "REAPER_" + name.replace("-", "_").upper()
        value = environment.get(variable, default)
        parser.add_argument(f"--{name}", default=value, type=kind, help=f"{text} (default: {default})")

    def number(low):
        def convert(text):
            value = int(text)
            if value < low:
                raise argparse.ArgumentTypeError(f"{value} is less than {low}")
            return value

        return convert

    def truth(text):
        if str(text).lower() in ("true", "1", "yes"):
            return True
        if str(text).lower() in ("false", "0", "no", ""):
            return False
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")

    def expression(text):
        try:
            return re.compile(text)
        except re.error as error:
            raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from error

    option("credentials", "/credentials", text="folder with one file of credentials for each tenant")
    option("url", "http://jenkins.jenkins-{tenant}.svc.cluster.local:8080", text="address of a tenant's Jenkins")
    option(
        "pattern",
        r"Cannot contact (?P<agent>[^\s:]+).*InterruptedException",
        expression,
        "what the last lines of the log have to match; the group `agent` is the agent's name",
    )
    option("dry-run", "false", truth, "report and stop nothing")
    option("min-age", "1800", number(0), "seconds that a build has to be running")
    option("quiet", "60", number(0), "seconds during which its log must not grow")
    option("tail-lines", "3", number(1), "how many of the last lines are looked at")
    option("tail-bytes", "8192", number(256), "how much of the log is fetched for them")
    option("limit", "20", number(1), "builds stopped at most for each tenant and run")
    option("grace", "15", number(0), "seconds between stop, term and kill")
    option("timeout", "20", number(1), "seconds for one request")
    option("port", "9100", number(0), "port of the metrics")
    option("linger", "90", number(0), "seconds for which the metrics are served after the run; 0: not at all")
    option("scrapes", "2", number(1), "how often the metrics are read before that time ends early")
    return parser.parse_args(argv)


def main(argv=None, environment=None):
    """Exit code 1 if there is no tenant, or none that answers: then it is the reaper that needs looking after."""
    settings = arguments(argv, os.environ if environment is None else environment)
    started = time.time()
    try:
        results = Reaper(settings).run()
    except OSError as error:
        print(f"reaper: cannot read {settings.credentials}: {error.strerror}", file=sys.stderr)
        return 1
    text = metrics(results, settings, started, time.time())
    if settings.linger:
        serve(text, settings.port, settings.linger, settings.scrapes)
    else:
        print(text, end="")
    return 0 if any(result.up for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
