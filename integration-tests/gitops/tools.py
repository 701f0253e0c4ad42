"""What the checks of the GitOps tree run with: a Python environment of their own, kustomize and promtool."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **how):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **how)


def enter_environment(work, offline):
    """Goes on in a Python environment of its own that has the requirements, if that can be made."""
    if os.environ.get("KIBAN_GITOPS_PYTHON"):
        return
    home = work / "python"
    python = home / "bin" / "python3"
    wanted = (HERE / "requirements.txt").read_text()
    stamp = home / "requirements.txt"
    if not (stamp.exists() and stamp.read_text() == wanted) and not offline:
        shutil.rmtree(home, ignore_errors=True)
        made = run(sys.executable, "-m", "venv", home)
        if made.returncode == 0:
            # One by one, so that the lack of one does not cost the other.
            done = [run(python, "-m", "pip", "install", "-q", line).returncode for line in wanted.split()]
            if not any(done):
                stamp.write_text(wanted)
    if python.exists():
        os.environ["KIBAN_GITOPS_PYTHON"] = "1"
        os.execv(python, [str(python), "-B", *sys.argv])


def find_kustomize():
    """The command that renders a kustomization, if there is one that knows `labels` and `replacements`."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n")
        pathlib.Path(folder, "kustomization.yaml").write_text(
            "resources: [a.yaml]\nlabels: [{pairs: {d: e}}]\nreplacements:\n"
            "- source: {kind: ConfigMap, fieldPath: data.b}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.name]}]\n"
        )
        for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
            if shutil.which(command[0]) and "name: c" in run(*command, folder).stdout:
                return command
    return None


def find_promtool(work, offline):
    path = shutil.which("promtool")
    if path:
        return path
    found = work / "prometheus" / "usr" / "bin" / "promtool"
    if not found.exists() and not offline and shutil.which("apt-get") and shutil.which("dpkg"):
        # Only this program is wanted, not the service that comes with the package.
        (work / "prometheus").mkdir(parents=True, exist_ok=True)
        if run("apt-get", "download", "prometheus", cwd=work / "prometheus").returncode:
            run("apt-get", "update", "-q")
            run("apt-get", "download", "prometheus", cwd=work / "prometheus")
        for package in (work / "prometheus").glob("*.deb"):
            run("dpkg", "-x", package, work / "prometheus")
            package.unlink()
    return found if found.exists() else None


def merged(first, second):
    """Values as Helm lays one over the other."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return {**first, **{key: merged(first.get(key), value) for key, value in second.items()}}
