"""The n8n node and its credential, held to n8n's own types (npm)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.export.n8n import n8n_files
from onteg_dynamics.manifest import own_manifest
from tests.peers.environments import node_modules

pytestmark = pytest.mark.peers

REQUIREMENTS = ("n8n-workflow@2.41.0", "typescript@7.0.2")
WORDS = ("--noEmit", "--skipLibCheck", "--strict", "--module", "nodenext", "--target", "es2022")
FILES = n8n_files(own_manifest())
NODE, CREDENTIAL = FILES["OntegDynamics.node.json"], FILES["OntegDynamicsApi.credentials.json"]


def complaints(node: Any, credential: Any) -> str:
    """What TypeScript says of the two; nothing where they fit."""
    folder = node_modules(*REQUIREMENTS)
    types = "import type { ICredentialType, INodeTypeDescription } from 'n8n-workflow';"
    first = f"export const node: INodeTypeDescription = {json.dumps(node)};"
    second = f"export const credential: ICredentialType = {json.dumps(credential)};"
    (folder / "check.ts").write_text(f"{types}\n{first}\n{second}", "utf-8")
    compiler = Path("node_modules/.bin/tsc")
    done = subprocess.run([str(compiler), *WORDS, "check.ts"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def test_they_fit() -> None:
    assert complaints(NODE, CREDENTIAL) == ""


def test_what_does_not_fit_would_be_seen() -> None:
    assert "displayNames" in complaints({**NODE, "displayNames": "x"}, CREDENTIAL)
    assert "INodeProperties" in complaints(NODE, {**CREDENTIAL, "properties": 7})
