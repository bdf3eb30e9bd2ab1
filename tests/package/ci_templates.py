"""The templates for continuous integration are valid: YAML, with keys that the two systems document,
inputs that are declared, scripts that a shell can read, and a test step that does what it says.

ci_templates.py EXAMPLES
"""

import os
import pathlib
import re
import subprocess
import sys

import yaml

# https://docs.github.com/actions/creating-actions/metadata-syntax-for-github-actions
ACTION = {"name", "author", "description", "inputs", "outputs", "runs", "branding"}
INPUT = {"description", "required", "default", "deprecationMessage"}
RUNS = {"using", "steps"}
STEP = {"run", "shell", "if", "name", "id", "env", "working-directory", "uses", "with",
        "continue-on-error"}
# https://docs.github.com/actions/using-workflows/workflow-syntax-for-github-actions
WORKFLOW = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
GITHUB_JOB = {"name", "permissions", "needs", "if", "runs-on", "environment", "concurrency",
              "outputs", "env", "defaults", "steps", "timeout-minutes", "strategy",
              "continue-on-error", "container", "services", "uses", "with", "secrets"}
# https://github.com/actions/upload-artifact
UPLOAD = {"name", "path", "if-no-files-found", "retention-days", "compression-level", "overwrite",
          "include-hidden-files"}
# https://docs.gitlab.com/ee/ci/yaml/
GITLAB_JOB = {"after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage",
              "environment", "extends", "image", "interruptible", "needs", "parallel", "resource_group",
              "retry", "rules", "script", "services", "stage", "tags", "timeout", "variables", "when"}
ARTIFACTS = {"paths", "exclude", "expire_in", "expose_as", "name", "public", "access", "reports",
             "untracked", "when"}

wrong = []


def keys(where, mapping, known):
    if not isinstance(mapping, dict):
        wrong.append(f"{where}: expected keys and values")
    else:
        wrong.extend(f"{where}: {key} is no key" for key in mapping if key not in known)


def need(condition, what):
    if not condition:
        wrong.append(what)


def shell_reads(where, script):
    checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
    need(checked.returncode == 0, f"{where}: {checked.stderr}")


def load(file):
    # "on" is a truth value in YAML 1.1, which GitHub reads as a word.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(file.read_text()).items()}


def action_is_valid(file):
    action = load(file)
    keys(file, action, ACTION)
    for name, described in action["inputs"].items():
        keys(f"{file}: input {name}", described, INPUT)
        need(described.get("required") or "default" in described, f"{file}: {name} may be nothing")
    keys(f"{file}: runs", action["runs"], RUNS)
    need(action["runs"]["using"] == "composite", f"{file}: it is not composite")
    for step in action["runs"]["steps"]:
        where = f"{file}: {step.get('name')}"
        keys(where, step, STEP)
        need(("run" in step) != ("uses" in step), f"{where}: either run or uses")
        if "run" in step:
            need(step.get("shell") == "bash", f"{where}: a composite action needs a shell")
            # What is filled in there would be a part of the script.
            need("${{" not in step["run"], f"{where}: inputs belong into env")
            shell_reads(where, step["run"])
        elif step["uses"].startswith("actions/upload-artifact@"):
            keys(where, step["with"], UPLOAD)
    used = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", file.read_text()))
    need(used == set(action["inputs"]), f"{file}: inputs {used ^ set(action['inputs'])}")
    return action


def test_step_runs_the_command(action):
    step = next(step for step in action["runs"]["steps"] if step["name"] == "Test")
    for command, status in (("false\ntrue", 1), ('test "$LEASECHECK_SEED_FROM" = d0c5e1a', 0)):
        filled = {"${{ inputs.run }}": command, "${{ github.sha }}": "d0c5e1a"}
        environment = {name: filled[value] for name, value in step["env"].items()}
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                              env=os.environ | environment)
        need(done.returncode == status, f"{command!r} ended with {done.returncode}")


def workflow_is_valid(file, action):
    workflow = load(file)
    keys(file, workflow, WORKFLOW)
    for name, job in workflow["jobs"].items():
        keys(f"{file}: {name}", job, GITHUB_JOB)
        for step in job["steps"]:
            keys(f"{file}: {name}", step, STEP)
            if step.get("uses") == "./.github/actions/leasecheck":
                keys(f"{file}: with", step["with"], action["inputs"])
                required = {key for key, value in action["inputs"].items() if value.get("required")}
                need(required <= set(step["with"]), f"{file}: {required} are required")
                shell_reads(file, step["with"]["run"])


def gitlab_is_valid(file):
    jobs = load(file)
    for name, job in jobs.items():
        keys(f"{file}: {name}", job, GITLAB_JOB)
        keys(f"{file}: {name}", job.get("artifacts", {}), ARTIFACTS)
        base = job.get("extends")
        need(base is None or base in jobs, f"{file}: {name} extends {base}")
        need(name.startswith(".") or "script" in job, f"{file}: {name} has no script")
        for line in job.get("before_script", []) + job.get("script", []):
            need(isinstance(line, str), f"{file}: {line} is no command")
            shell_reads(file, str(line))
    need(jobs[".leasecheck"]["variables"]["LEASECHECK_SEED_FROM"] == "$CI_COMMIT_SHA",
         f"{file}: the seeds do not come from the commit")


def main():
    templates = pathlib.Path(sys.argv[1]) / "ci"
    action = action_is_valid(templates / "github" / "action.yml")
    test_step_runs_the_command(action)
    workflow_is_valid(templates / "github" / "workflow.yml", action)
    gitlab_is_valid(templates / "gitlab" / "leasecheck.gitlab-ci.yml")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
