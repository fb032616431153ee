"""The Merkle tree (RFC 9162), its proofs, and its tiles (C2SP tlog-tiles): made, stored, and read without trust."""
