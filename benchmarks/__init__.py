"""The connector beside its peers: the same work, the same answers, the same run. See README.md."""
