"""Private keys in files and tokens, the role that each may have, and which keys were valid at which entry."""
