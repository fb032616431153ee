"""Official numbers of invented companies, with the check digits that their registers demand.

The check digits come from python-stdnum's validators: the last digits are tried until the number is valid.
"""

from __future__ import annotations

from collections.abc import Callable

from stdnum.br import cnpj
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.de import vat as de_vat
from stdnum.es import cif
from stdnum.fr import siren
from stdnum.gb import vat as gb_vat
from stdnum.ie import vat as ie_vat
from stdnum.it import iva
from stdnum.jp import cn
from stdnum.kr import brn
from stdnum.se import orgnr
from stdnum.sg import uen
from stdnum.us import ein

from plimsoll.parties.kyc import Identifier
from plimsoll.sample.draw import Draw

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def lei(draw: Draw) -> str:
    """A legal entity identifier (ISO 17442): four digits of the issuer, two noughts, twelve signs, mod 97-10."""
    body = f"{draw.between(2000, 9999)}00" + "".join(draw.one_of("0123456789" + _LETTERS) for _ in range(12))
    digits = "".join(str(int(sign, 36)) for sign in body) + "00"
    return f"{body}{98 - int(digits) % 97:02}"


def numbers_of(draw: Draw, country: str) -> tuple[Identifier, ...]:
    """The register number and the tax number that a company of this country has; some countries have one for both."""
    return tuple(Identifier(f"{kind}:{country}", make(draw)) for kind, make in _NUMBERS[country])


def digits(draw: Draw, count: int) -> str:
    """So many digits, the first of which is not nought."""
    return str(draw.between(10 ** (count - 1), 10**count - 1))


def _completed(is_valid: Callable[[str], bool], body: str, end: str = "", places: int = 1) -> str:
    """The body with the check digits that make it valid; a body that none fits is counted up."""
    while True:
        for check in range(10**places):
            number = f"{body}{check:0{places}}{end}"
            if is_valid(number):
                return number
        width = len(body)
        body = f"{(int(body) + 1) % 10**width:0{width}}"


def _ie(draw: Draw) -> str:
    body = digits(draw, 7)
    return f"{body}{ie_vat.calc_check_digit(body)}"


def _sg(draw: Draw) -> str:
    body = f"{draw.between(1990, 2025)}{digits(draw, 5)}"
    return f"{body}{uen.calc_local_company_check_digit(body)}"


def _es(draw: Draw) -> str:
    body = "B" + digits(draw, 7)
    return next(body + check for check in "0123456789" if cif.is_valid(body + check))


def _ein(draw: Draw) -> str:
    while not ein.is_valid(number := digits(draw, 9)):
        continue
    return number


def _pan(draw: Draw) -> str:
    letters = [draw.one_of(_LETTERS) for _ in range(5)]
    return f"{letters[0]}{letters[1]}{letters[2]}C{letters[3]}{digits(draw, 4)}{letters[4]}"


def _cnpj(draw: Draw) -> str:
    body = digits(draw, 8) + "0001"
    return f"{body}{cnpj.calc_check_digits(body)}"


def _uid(draw: Draw) -> str:
    while (check := uid.calc_check_digit(body := digits(draw, 8))) == "10":
        continue
    return f"CHE{body}{check}"


def _iva(draw: Draw) -> str:
    return _completed(iva.is_valid, f"{digits(draw, 7)}{draw.between(1, 99):03}")


def _jp(draw: Draw) -> str:
    body = digits(draw, 12)
    return f"{cn.calc_check_digit(body)}{body}"


_NUMBERS: dict[str, tuple[tuple[str, Callable[[Draw], str]], ...]] = {
    "BR": (("tax", _cnpj),),
    "CA": (("tax", lambda draw: _completed(bn.is_valid, digits(draw, 8))),),
    "CH": (("reg", _uid),),
    "DE": (
        ("reg", lambda draw: f"HRB{digits(draw, 6)}"),
        ("tax", lambda draw: _completed(de_vat.is_valid, digits(draw, 8))),
    ),
    "ES": (("tax", _es),),
    "FR": (("reg", lambda draw: _completed(siren.is_valid, digits(draw, 8))),),
    "GB": (
        ("reg", lambda draw: digits(draw, 8)),
        ("tax", lambda draw: _completed(gb_vat.is_valid, digits(draw, 7), places=2)),
    ),
    "IE": (("reg", lambda draw: digits(draw, 6)), ("tax", _ie)),
    "IN": (("tax", _pan),),
    "IT": (("tax", _iva),),
    "JP": (("reg", _jp),),
    "KR": (("tax", lambda draw: _completed(brn.is_valid, f"{draw.between(101, 999)}81{digits(draw, 4)}")),),
    "NL": (("reg", lambda draw: digits(draw, 8)),),
    "SE": (("reg", lambda draw: _completed(orgnr.is_valid, f"55{digits(draw, 7)}")),),
    "SG": (("reg", _sg),),
    "US": (("tax", _ein),),
}
