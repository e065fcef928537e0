"""Files and images: columns that hold them, notes and attachments, and the bytes beside the rows.

Follows "Use file column data", "Use image column data", "Use file data with Attachment and Note records" and "Files and
images overview".
"""

from __future__ import annotations
