"""The connector as a server of the Model Context Protocol: every action is a tool. Needs the extra ``mcp``."""
