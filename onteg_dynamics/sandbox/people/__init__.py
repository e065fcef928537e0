"""People: what roles let them do, on whose behalf they act, with whom rows are shared, teams, and merged rows."""
