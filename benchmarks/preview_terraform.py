"""A preview of 20,000 linked records against `terraform plan` of as many resources, both in one run.

Terraform has 20,000 instances of `terraform_data`, which need no provider and no call: its plan reads its state and
compares. syncdsl reads 20,000 records over loopback HTTP, knows their partners from before, and looks at every link.
Neither finds anything to do. Times are those of whole processes, with their start; rules are compiled beforehand, as a
project's are. The state of Terraform is made from that of an apply of two instances, since an apply of all of them
takes the better part of an hour; its plan confirms that nothing differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from twins.child import measure
from twins.server import served

LEAST = 5.0
ROUNDS = 1
CONFIGURATION = """variable "records" {{ type = number }}
resource "terraform_data" "customer" {{
  count = var.records
  input = {{
{fields}
  }}
}}
"""
FIELDS = {
    "name": "Company ${count.index}",
    "phone": "+49 30 ${count.index}",
    "website": "https://company-${count.index}.example",
    "notes": "A customer, number ${count.index}",
    "revenue": "${count.index}.50",
    "street": "Long Street ${count.index}",
    "city": "Town ${count.index}",
    "zip": "${count.index}",
    "country": "Germany",
}


def terraform(folder: Path, records: int, *arguments: str) -> float:
    """Run a command of Terraform and return its seconds."""
    environment = {**os.environ, "TF_VAR_records": str(records), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    begin = time.perf_counter()
    done = subprocess.run(
        ["terraform", *arguments, "-no-color"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(
            f"terraform {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"[-4000:]
        )
    return time.perf_counter() - begin


def planned(folder: Path, records: int) -> float:
    """Return the seconds of a plan; with changes to make the command would end with 2."""
    return terraform(folder, records, "plan", "-detailed-exitcode")


def prepare(folder: Path, records: int) -> None:
    """Write a configuration and the state of its apply."""
    fields = "\n".join(f'    {name} = "{value}"' for name, value in FIELDS.items())
    (folder / "main.tf").write_text(CONFIGURATION.format(fields=fields), encoding="utf-8")
    terraform(folder, 2, "init")
    terraform(folder, 2, "apply", "-auto-approve")
    path = folder / "terraform.tfstate"
    state = json.loads(path.read_text(encoding="utf-8"))
    resource = state["resources"][0]
    model = json.dumps(resource["instances"][0])
    resource["instances"] = [_instance(model, number) for number in range(records)]
    state["serial"] += 1
    path.write_text(json.dumps(state), encoding="utf-8")


def _instance(model: str, number: int) -> dict[str, object]:
    """Return an instance like the first, with the values of its own number."""
    instance: dict[str, object] = json.loads(model)
    values = {name: value.replace("${count.index}", str(number)) for name, value in FIELDS.items()}
    attributes = instance["attributes"]
    assert isinstance(attributes, dict)  # noqa: S101 - so Terraform writes it
    attributes["id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))
    for name in ("input", "output"):
        attributes[name]["value"] = values
    instance["index_key"] = number
    return instance


def main() -> int:
    """Print the table; fail where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    if shutil.which("terraform") is None:
        print("SKIPPED: terraform is not installed")
        return 0
    ours: list[float] = []
    theirs: list[float] = []
    with (
        tempfile.TemporaryDirectory() as state,
        tempfile.TemporaryDirectory() as plans,
        served(given.records) as url,
    ):
        print(f"preparing {given.records:,} records and resources", flush=True)
        measure("seed", state, str(given.records), "books")
        prepare(Path(plans), given.records)
        for _ in range(given.rounds):
            ours.append(_preview(state, url))
            theirs.append(planned(Path(plans), given.records))
            print(f"  syncdsl {ours[-1]:7.1f} s   terraform {theirs[-1]:7.1f} s", flush=True)
    one, other = statistics.median(ours), statistics.median(theirs)
    verdict = "met" if other / one >= LEAST else "MISSED"
    print(f"\n{given.records:,} records, median of {given.rounds}")
    print(f"  syncdsl plan, everything read and looked at {one:8.2f} s")
    print(f"  terraform plan                              {other:8.2f} s")
    print(f"  terraform : syncdsl = {other / one:.1f}   goal >= {LEAST:.0f}: {verdict}")
    return int(other / one < LEAST)


def _preview(state: str, url: str) -> float:
    measured = measure("plan", state, url)
    if measured.count:
        raise SystemExit(f"{measured.count} effects instead of none")
    return measured.whole


if __name__ == "__main__":
    sys.exit(main())
