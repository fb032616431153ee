"""How a refusal reads."""

from plimsoll.kernel.errors import PlimsollError, Where


def test_an_error_says_where_what_and_how_to_fix_it() -> None:
    error = PlimsollError("flop.float", "1.5 is a float", fix="Quote it.", where=Where("law.yaml", line=7))

    assert str(error) == "law.yaml, line 7: 1.5 is a float [flop.float]\n  Fix: Quote it."


def test_a_place_is_completed_from_outside_and_never_overwritten() -> None:
    inner = PlimsollError("x.y", "it broke", fix="Mend it.", where=Where(row=3))
    outer = inner.at(Where("usage.csv", row=9, field="Quantity"))

    assert outer.where == Where("usage.csv", row=3, field="Quantity")
    assert outer.code == "x.y"
