"""Keeping a log honest: witnesses, mirrors, fsck, monitors, proofs of misbehaviour, and the relying party."""
