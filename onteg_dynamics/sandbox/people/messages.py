"""The messages of this room."""

from __future__ import annotations

from onteg_dynamics.sandbox.people.granted import PRIVILEGES
from onteg_dynamics.sandbox.people.merge import MERGE
from onteg_dynamics.sandbox.people.shares import SHARING
from onteg_dynamics.sandbox.people.teams import TEAMS

PEOPLE = (*SHARING, *TEAMS, *PRIVILEGES, *MERGE)
