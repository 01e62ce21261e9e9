"""Faults in matching: who is whose partner, and who was deleted."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant, regression
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="unordered match",
        fault=Fault(
            "engine/matching.py",
            "        if mutual and right_hits[right_id] == 1 and left_hits[left_id] == 1:\n",
            "        if right_id in right.free and right_id not in matched.values():\n",
            "of several that claim one partner the first one gets it",
        ),
        killer=invariant("I14_match_symmetry", "rivals"),
    ),
    Seeded(
        asked="greedy match",
        fault=Fault(
            "engine/matching.py",
            "    left_chosen, right_chosen = _chosen(left_claims), _chosen(right_claims)\n",
            "    left_chosen = {one: min(set().union(*sets.values())) for one, sets in left_claims.items()}\n"
            "    left_chosen = {one: other for one, other in left_chosen.items() if other in right.free}\n"
            "    right_chosen = {other: one for one, other in left_chosen.items()}\n",
            "of several candidates the first one is taken",
        ),
        killer=invariant("I13_ambiguity_inert", "rivals"),
    ),
    Seeded(
        fault=Fault(
            "engine/matching.py",
            "        named = set.intersection(*sets.values())\n        if len(named) == 1:",
            "        named = next(iter(sets.values()))\n        if len(named) == 1:",
            "the first key with a candidate decides, whatever the others say",
        ),
        killer=invariant("I13_ambiguity_inert", "keys_that_name_different_records"),
    ),
    Seeded(
        fault=Fault(
            "engine/matching.py",
            "    for record_id in (*there.free, *there.taken):\n",
            "    for record_id in there.free:\n",
            "records with a partner are no candidates",
        ),
        killer=invariant("I13_ambiguity_inert", "taken"),
    ),
    Seeded(
        fault=Fault(
            "engine/matching.py",
            "        if len(ids) > 1:\n            for record_id in ids:\n",
            "        if len(ids) > len(keys) + 99:\n            for record_id in ids:\n",
            "two records of one side with the same key both get a partner",
        ),
        killer=invariant("I13_ambiguity_inert", "rivals"),
    ),
    Seeded(
        asked="tombstone ignored",
        fault=Fault(
            "engine/steps/apart.py",
            '        if isinstance(key, str) and key.startswith("sd-") and key not in known',
            '        if isinstance(key, str) and key.startswith("??") and key not in known',
            "the partner of a deleted record gets a new one",
        ),
        killer=invariant("I16_no_resurrection", "kept_partner"),
    ),
    Seeded(
        asked="tombstone ignored",
        fault=Fault(
            "engine/steps/deleted.py",
            "    context.view.put_link(mark_gone(link, status))\n",
            "    context.view.later(lambda state: state.end_links([link.uid]))\n",
            "the link of a deleted record ends",
        ),
        killer=invariant("I16_no_resurrection", "kept_partner"),
    ),
    Seeded(
        fault=Fault(
            "engine/recovery.py",
            "                if len(holders) != 1:\n                    continue\n",
            "                continue\n",
            "the keys on the records link nobody",
        ),
        killer=invariant("I15_amnesia_safe"),
    ),
    Seeded(
        fault=Fault(
            "engine/components.py",
            "                fresh[other] |= found_there\n",
            "                fresh[other] |= set()\n",
            "who carries a key is decided about without the record that the key names",
        ),
        killer=regression("I15_carrier_before_source"),
    ),
)
