"""Sessions with PKCS#11 tokens. A process logs in to a token once, whatever number of its keys it uses.

That is the standard's rule and not ours: the login belongs to the process, a second one is an error, and the first
logout ends all sessions. So sessions are shared and counted here, and the last user of a token ends its session.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError


class TokenSession:
    """An open session with one token.

    Attributes:
        session: of python-pkcs11.
        lock: held while the token works; a session does one thing at a time.
    """

    __slots__ = ("_key", "_users", "lock", "session")

    def __init__(self, key: tuple[str, str], session: Any) -> None:
        self._key, self._users, self.session = key, 0, session
        self.lock = threading.Lock()

    def __repr__(self) -> str:
        return f"TokenSession(token={self._key[1]!r})"


_open: dict[tuple[str, str], TokenSession] = {}
_guard = threading.Lock()


def acquire(module: Path | str, token: str, pin: str) -> TokenSession:
    """A session with a token, logged in.

    The PIN is given to the token at the first login of this process and not kept. While the process is logged in, the
    token cannot check a PIN again, and none is asked for.

    Raises:
        PlimsollError: ``key.pkcs11_missing`` without python-pkcs11, ``key.pkcs11`` when the token refuses.
    """
    try:
        import pkcs11
    except ImportError:
        raise PlimsollError(
            "key.pkcs11_missing", "python-pkcs11 is not installed", fix="Install plimsoll with the extra `hsm`."
        ) from None
    key = (str(module), token)
    with _guard:
        if key not in _open:
            with Coded():
                session = pkcs11.lib(str(module)).get_token(token_label=token).open(rw=True, user_pin=pin)
            _open[key] = TokenSession(key, session)
        shared = _open[key]
        shared._users += 1
        return shared


def release(shared: TokenSession) -> None:
    """Gives a session back; the last one logs out."""
    with _guard:
        shared._users -= 1
        if shared._users:
            return
        del _open[shared._key]
        with shared.lock, Coded():
            shared.session.close()


class Coded:
    """Turns what the token's library raises into a coded error without its details."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        import pkcs11

        if isinstance(problem, (pkcs11.PKCS11Error, RuntimeError)):
            raise PlimsollError(
                "key.pkcs11",
                f"the token refuses: {type(problem).__name__}",
                fix="Check library, token label, key label and PIN, and that the token knows this mechanism.",
            ) from None
