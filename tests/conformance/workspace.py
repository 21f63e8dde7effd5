# SPDX-License-Identifier: Apache-2.0
"""The folder in which Tempest runs, and the processes that run it."""
import importlib.metadata
import os
import pathlib
import shutil
import signal
import subprocess

from subunit import ByteStreamToStreamResult
from testtools import StreamToDict

from conformance.results import Report
from conformance.selection import HERE, Mistake, plain

MAJOR = "33"
PYTHON = "/usr/bin/python3"  # Debian's: another one first in PATH would not see Debian's packages
STESTR = (PYTHON, "/usr/bin/stestr")
TEST_LIMIT = "600"           # seconds for one test; a wait of Tempest for one thing ends after 120
TEMPEST = pathlib.Path("/usr/lib/python3/dist-packages/tempest")
STESTR_CONF = f"""[DEFAULT]
test_path={TEMPEST}/test_discover
top_dir={TEMPEST.parent}
group_regex=([^\\.]*\\.)*
"""
WAIT_TEST = """
import time
from tempest.lib.services.network.subnets_client import SubnetsClient
client = object.__new__(SubnetsClient)
client.delete_resource = lambda uri: uri
begin = time.monotonic()
assert client.delete_subnet("x") == "/subnets/x"
assert time.monotonic() - begin < 5, "deleting a subnet waits"
"""


def require_version():
    """@throws Mistake when Tempest is not the release that the lists and the template are made for"""
    try:
        version = importlib.metadata.version("tempest")
    except importlib.metadata.PackageNotFoundError:
        raise Mistake("Tempest is not installed: tools/deps conformance") from None
    if version.split(".")[0] != MAJOR:
        raise Mistake(f"Tempest {version} is installed; the lists are those of Tempest {MAJOR}")


class Workspace:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None

    def prepare(self, configuration):
        for name in ("etc", "logs", "tempest_lock"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir(parents=True)
        (self.folder / "etc/tempest.conf").write_text(configuration)
        (self.folder / "etc/tempest.conf").chmod(0o600)
        (self.folder / ".stestr.conf").write_text(STESTR_CONF)
        runs = sorted((run for run in self.folder.glob(".stestr/[0-9]*") if run.name.isdigit()),
                      key=lambda run: int(run.name))
        for run in runs[:-1]:  # how long each test took is kept beside them, and spreads the load
            run.unlink()

    def environment(self):
        mine = {name: value for name, value in os.environ.items()
                if not name.startswith(("OS_", "PYTHON", "TEMPEST_"))}
        return {**mine, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHON": PYTHON,
                "PYTHONPATH": str(HERE / "site"), "PYTHONDONTWRITEBYTECODE": "1",
                "TEMPEST_CONFIG_DIR": str(self.folder / "etc"), "OS_TEST_TIMEOUT": TEST_LIMIT}

    def prove_that_nothing_waits(self):
        """Debian's wait in the deletion of subnets is not there. @throws Mistake when it is"""
        done = subprocess.run([PYTHON, "-c", WAIT_TEST], env=self.environment(), text=True,
                              capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            raise Mistake(f"Tempest's wait could not be removed: {done.stderr.strip()}")

    def completed(self, test_ids):
        """Full ids for those that came without Tempest's attributes: the runner knows no others.
        @return the ids; one that Tempest does not have is left as it is"""
        if all(test_id.endswith("]") for test_id in test_ids):
            return test_ids
        done = subprocess.run([*STESTR, "list"], cwd=self.folder, env=self.environment(), text=True,
                              capture_output=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Mistake(f"Tempest cannot list its tests: {(done.stdout + done.stderr).strip()}")
        full = {plain(test_id): test_id for test_id in done.stdout.split()}
        return [full.get(test_id, test_id) for test_id in test_ids]

    def run(self, test_ids, concurrency, on_report):
        """Runs the tests. @return a report for each thing that the runner told of, each of which is
        given to on_report() too as soon as it is there"""
        (self.folder / "tests.txt").write_text("".join(f"{test_id}\n" for test_id in test_ids))
        command = [*STESTR, "run", "--subunit", "--concurrency", str(concurrency),
                   "--load-list", "tests.txt"]
        with (self.folder / "stestr.log").open("wb") as log:
            self.process = subprocess.Popen(  # a group of its own, so that its workers end with it
                command, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True)
            reports = read_reports(self.process.stdout, log, on_report)
            self.process.wait()
        return reports

    def stop(self):
        """Ends the tests when they run still."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Told(StreamToDict):
    """What is no test's own output, such as a message of the runner, goes to the log."""

    def __init__(self, on_test, log):
        super().__init__(on_test)
        self.log = log

    def status(self, *arguments, **named):
        if named.get("test_id") is None and named.get("file_bytes"):
            self.log.write(named["file_bytes"])
        elif named.get("test_status") != "exists":  # each worker begins with a list of its tests
            super().status(*arguments, **named)


def read_reports(stream, log, on_report):
    reports = []

    def take(test):
        reports.append(report_of(test))
        on_report(reports[-1])

    told = Told(take, log)
    told.startTestRun()
    ByteStreamToStreamResult(stream, non_subunit_name="stdout").run(told)
    told.stopTestRun()
    return reports


def report_of(test):
    begin, end = test["timestamps"]
    details = {name: content.as_text() for name, content in test["details"].items()
               if content.content_type.type == "text"}
    return Report(test["id"], test["status"], details,
                  (end - begin).total_seconds() if begin and end else 0.0)
