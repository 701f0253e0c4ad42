"""Tests of the reaper against a stand-in for Jenkins.

    python3 -m unittest discover -s examples/gitops/platform/reaper/tests
"""

import contextlib
import io
import json
import pathlib
import socket
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "manifests")]
sys.dont_write_bytecode = True

import reaper  # noqa: E402
import stand_in  # noqa: E402

NOW = 1_800_000_000
OLD = NOW - 7200
LOST = "Cannot contact agent-7x2kq: java.lang.InterruptedException"
HANGING = f"Started by user admin\n[Pipeline] sh\n+ make\n{LOST}\n"


class ReaperTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.servers = {}
        self.said = []
        self.slept = []

    def jenkins(self, tenant="payments", **how):
        server = stand_in.Jenkins(**how)
        self.addCleanup(server.close)
        self.servers[tenant] = server
        self.credentials(tenant, json.dumps({"user": "admin", "password": "secret", "url": stand_in.PUBLIC}))
        return server

    def credentials(self, tenant, text):
        (pathlib.Path(self.folder.name) / tenant).write_text(text)

    def settings(self, *options):
        return reaper.arguments(["--credentials", self.folder.name, *options], {})

    def run_reaper(self, *options):
        settings = self.settings(*options)
        # Every stand-in has a port of its own, and no cluster gives it a name.
        ports = {tenant: server.url for tenant, server in self.servers.items()}
        settings.url = Address(ports)
        clock = [NOW]

        def sleep(seconds):
            self.slept.append(seconds)
            clock[0] += seconds

        run = reaper.Reaper(settings, lambda: clock[0], sleep, lambda **event: self.said.append(event))
        return run.run()

    def events(self):
        return [event["event"] for event in self.said]

    def test_stops_a_build_whose_agent_vanished(self):
        for modern in (True, False):
            with self.subTest(modern=modern):
                server = self.jenkins(modern=modern)
                build = server.add("/job/app/job/main/12", OLD, HANGING)
                result = self.run_reaper()["payments"]
                self.assertEqual(build.asked, ["stop"])
                self.assertEqual((result.up, result.running, result.hanging, result.stopped, result.failed), (1, 1, 1, 1, 0))
                self.assertEqual(self.said[-1]["agent"], "agent-7x2kq")
                self.assertIn(60, self.slept)

    def test_reads_only_the_end_of_a_long_log(self):
        for modern in (True, False):
            with self.subTest(modern=modern):
                server = self.jenkins(modern=modern)
                build = server.add("/job/app/1", OLD, "line\n" * 10_000 + HANGING)
                result = self.run_reaper("--tail-bytes", "300")["payments"]
                self.assertEqual((result.hanging, build.asked), (1, ["stop"]))

    def test_an_old_mention_is_no_reason(self):
        server = self.jenkins()
        build = server.add("/job/app/1", OLD, HANGING + "agent is back\n+ make test\nok 1\nok 2\n")
        self.assertEqual(self.run_reaper()["payments"].hanging, 0)
        self.assertEqual(build.asked, [])

    def test_other_exceptions_are_no_reason(self):
        server = self.jenkins()
        build = server.add("/job/app/1", OLD, "Cannot contact a: hudson.remoting.RequestAbortedException\n")
        self.run_reaper()
        self.assertEqual(build.asked, [])

    def test_blank_lines_timestamps_and_notes_do_not_hide_the_line(self):
        server = self.jenkins()
        note = "\x1b[8mha:////4Base64+of+a+link==\x1b[0m"
        line = f"[2026-03-01T10:00:00.000Z] Cannot contact {note}agent-7x2kq: java.lang.InterruptedException"
        build = server.add("/job/app/1", OLD, f"+ make\n{line}\n\n\n")
        self.run_reaper()
        self.assertEqual(build.asked, ["stop"])
        self.assertEqual(self.said[-1]["agent"], "agent-7x2kq")

    def test_leaves_young_builds_alone(self):
        server = self.jenkins()
        build = server.add("/job/app/1", NOW - 600, HANGING)
        self.assertEqual(self.run_reaper()["payments"].hanging, 0)
        self.assertEqual(build.asked, [])
        self.assertEqual(self.run_reaper("--min-age", "500")["payments"].stopped, 1)

    def test_leaves_a_build_alone_whose_agent_is_back(self):
        server = self.jenkins()
        server.agents = {"agent-7x2kq": False}
        build = server.add("/job/app/1", OLD, HANGING)
        self.run_reaper()
        self.assertEqual((build.asked, self.events()), ([], ["agent is back"]))
        server.agents = {"agent-7x2kq": True}
        self.run_reaper()
        self.assertEqual(build.asked, ["stop"])

    def test_leaves_a_build_alone_that_still_writes(self):
        for modern in (True, False):
            with self.subTest(modern=modern):
                self.said.clear()
                build = self.jenkins(modern=modern).add("/job/app/1", OLD, HANGING)

                def grow(_, build=build):
                    build.log += "[other branch] ok\n"

                result = self.run_with_sleep(grow)["payments"]
                self.assertEqual((result.hanging, build.asked, self.events()), (0, [], ["build goes on"]))

    def run_with_sleep(self, sleep):
        settings = self.settings()
        settings.url = Address({tenant: server.url for tenant, server in self.servers.items()})
        return reaper.Reaper(settings, lambda: NOW, sleep, lambda **event: self.said.append(event)).run()

    def test_a_build_that_ends_by_itself_is_not_stopped(self):
        server = self.jenkins()
        build = server.add("/job/app/1", OLD, HANGING)

        def end(_):
            build.building = False

        self.assertEqual(self.run_with_sleep(end)["payments"].hanging, 0)
        self.assertEqual(build.asked, [])

    def test_dry_run_only_counts(self):
        server = self.jenkins()
        build = server.add("/job/app/1", OLD, HANGING)
        result = self.run_reaper("--dry-run", "true")["payments"]
        self.assertEqual((result.hanging, result.stopped, build.asked), (1, 0, []))
        self.assertEqual(self.events(), ["would stop"])
        self.assertNotIn("POST", [method for method, _ in server.requests])

    def test_insists_and_gives_up(self):
        server = self.jenkins()
        stubborn = server.add("/job/app/1", OLD, HANGING, ends_by="kill")
        immortal = server.add("/job/app/2", OLD, HANGING, ends_by=None)
        result = self.run_reaper()["payments"]
        self.assertEqual(stubborn.asked, ["stop", "term", "kill"])
        self.assertEqual(immortal.asked, ["stop", "term", "kill"])
        self.assertEqual((result.hanging, result.stopped, result.failed), (2, 1, 1))

    def test_stops_no_more_than_the_limit(self):
        server = self.jenkins()
        builds = [server.add(f"/job/app/{number}", OLD, HANGING) for number in range(5)]
        result = self.run_reaper("--limit", "2")["payments"]
        self.assertEqual((result.hanging, result.stopped), (5, 2))
        self.assertEqual(sum(len(build.asked) for build in builds), 2)

    def test_works_without_crumbs(self):
        server = self.jenkins(crumbs=False)
        build = server.add("/job/app/1", OLD, HANGING)
        self.assertEqual(self.run_reaper()["payments"].stopped, 1)
        self.assertEqual(build.asked, ["stop"])

    def test_one_tenant_down_does_not_stop_the_others(self):
        down = self.jenkins("mobile")
        down.close()
        self.jenkins("search", password="another")
        self.credentials("identity", "no JSON, but a secret")
        build = self.jenkins("payments").add("/job/app/1", OLD, HANGING)
        results = self.run_reaper()
        self.assertEqual({tenant: result.up for tenant, result in results.items()}, {"identity": 0, "mobile": 0, "payments": 1, "search": 0})
        self.assertEqual(build.asked, ["stop"])
        self.assertNotIn("a secret", json.dumps(self.said))

    def test_links_of_a_mounted_secret_are_no_tenants(self):
        self.jenkins()
        (pathlib.Path(self.folder.name) / "..data").mkdir()
        (pathlib.Path(self.folder.name) / "..2026_03_01").write_text("{}")
        self.assertEqual(list(self.run_reaper()), ["payments"])

    def test_metrics(self):
        server = self.jenkins()
        server.add("/job/app/1", OLD, HANGING)
        text = reaper.metrics(self.run_reaper(), self.settings(), NOW, NOW + 61.5)
        self.assertIn('reaper_hanging_builds{tenant="payments"} 1\n', text)
        self.assertIn('reaper_stopped_builds{tenant="payments"} 1\n', text)
        self.assertIn('reaper_tenant_up{tenant="payments"} 1\n', text)
        self.assertIn("reaper_dry_run 0\n", text)
        self.assertIn("reaper_run_duration_seconds 61.5\n", text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{tenant="[\w-]+"\})? [\d.]+)$')

    def test_serves_metrics_until_they_were_read(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        answers = []
        thread = threading.Thread(target=lambda: answers.append(reaper.serve("up 1\n", port, 20, 2)))
        began = time.monotonic()
        thread.start()
        for path, status in (("/metrics", 200), ("/", 404), ("/metrics", 200)):
            self.assertEqual(fetch(f"http://127.0.0.1:{port}{path}")[0], status)
        thread.join(10)
        self.assertEqual(answers, [2])
        self.assertLess(time.monotonic() - began, 10)

    def test_the_program_from_end_to_end(self):
        server = self.jenkins()
        build = server.add("/job/app/1", time.time() - 7200, HANGING)
        environment = {
            "REAPER_CREDENTIALS": self.folder.name,
            "REAPER_URL": server.url,
            "REAPER_QUIET": "0",
            "REAPER_LINGER": "0",
        }
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertEqual(reaper.main([], environment), 0)
        self.assertEqual(build.asked, ["stop"])
        self.assertIn('"event": "stopped"', output.getvalue())
        self.assertIn('reaper_stopped_builds{tenant="payments"} 1', output.getvalue())
        self.assertNotIn("secret", output.getvalue())

    def test_fails_if_nothing_answers(self):
        server = self.jenkins()
        server.close()
        environment = {"REAPER_CREDENTIALS": self.folder.name, "REAPER_URL": server.url, "REAPER_LINGER": "0"}
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(reaper.main([], environment), 1)
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            self.assertEqual(reaper.main(["--credentials", "/nowhere"], {}), 1)
        self.assertIn("/nowhere", errors.getvalue())

    def test_refuses_settings_that_make_no_sense(self):
        for name, value in (("MIN_AGE", "-1"), ("DRY_RUN", "perhaps"), ("PATTERN", "("), ("LIMIT", "0")):
            with self.subTest(name), contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
                reaper.arguments([], {f"REAPER_{name}": value})


class Address:
    """Stands for the setting `url`, and gives every tenant the port of its stand-in."""

    def __init__(self, ports):
        self.ports = ports

    def format(self, tenant):
        return self.ports.get(tenant, "http://127.0.0.1:1")


def fetch(url):
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""
        except urllib.error.URLError:
            time.sleep(0.05)  # not listening yet
    raise AssertionError(f"nobody answers at {url}")


if __name__ == "__main__":
    unittest.main()
