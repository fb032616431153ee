"""Plimsoll: the working software of an AI safety authority, and of everybody who answers to it."""
