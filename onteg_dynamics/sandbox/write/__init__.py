"""Writing rows: what the platform does with a payload before and after it reaches the store.

Every function here expects to run inside a transaction of the store; a Refusal leaves it half done.
"""

from __future__ import annotations

from onteg_dynamics.sandbox.write.create import create_row
from onteg_dynamics.sandbox.write.delete import delete_row
from onteg_dynamics.sandbox.write.duplicates import refuse_duplicates
from onteg_dynamics.sandbox.write.relate import associate, disassociate
from onteg_dynamics.sandbox.write.update import update_row

__all__ = ["associate", "create_row", "delete_row", "disassociate", "refuse_duplicates", "update_row"]
