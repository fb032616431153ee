"""Legal forms of companies as they stand before or after a name: what tells nothing about whose name it is."""

from __future__ import annotations

_TRAILING = """
ltd; limited; inc; incorporated; corp; corporation; co; company; cie; llc; llp; lp; plc; pllc; pc; lllp; ltda; limitada
gmbh; ggmbh; mbh; ag; kg; kgaa; ohg; ug; se; ev; eg; gbr; haftungsbeschrankt; ug haftungsbeschrankt; gmbh co kg
gesellschaft mit beschrankter haftung; aktiengesellschaft; sa; sas; sasu; sarl; eurl; sci; snc; scop
societe anonyme; societe par actions simplifiee; srl; spa; sapa; srls; scarl; bv; nv; vof; cv; bvba; sprl; asbl; vzw
ab; aktiebolag; hb; as; asa; ans; da; aps; oy; oyj; osakeyhtio; ky; hf; ehf; sl; slu; slne; sau; sociedad anonima
sociedad limitada; sa de cv; sab de cv; sapi de cv; s de rl; s de rl de cv; sp zoo; sp z oo; sp j; sp k; ska; sro
kft; zrt; nyrt; bt; doo; dd; jdoo; ood; eood; ad; ead; uab; sia; ou; ooo; oao; zao; pao; ao; tov; pty; pty ltd
pte; pte ltd; pvt; pvt ltd; private limited; private; sdn bhd; sdn; bhd; berhad; tbk; kk; gk; yk; kabushiki kaisha
godo kaisha; jsc; ojsc; pjsc; cjsc; fze; fzco; fzc; fz llc; dmcc; wll; saog; saoc; eireli; epp; ltd sti
limited liability company; public limited company; limited liability partnership; joint stock company; holding
holdings; group; co ltd; company limited; corporation limited; unlimited; ulc; ccc; dac; clg; teoranta; anonim sirketi
limited sirketi; aktsiaselts; osauhing; limited partnership; cooperative; coop; foundation; stichting
"""
_LEADING = """
ooo; oao; zao; pao; ao; tov; pt; uab; sia; ab; as; ou; kabushiki kaisha; godo kaisha; kk; gk; firma; fa; the; sc; soc
societe; stichting; sarl; sas; eurl; sci
"""

FORMS_IN_SCRIPT = (
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "集团",
    "集團",
    "株式会社",
    "株式會社",
    "合同会社",
    "有限会社",
    "(株)",
    "㈱",
    "주식회사",
    "유한회사",
    "(주)",
    "㈜",
    "شركة",
    "ذ.م.م",
    "בע״מ",
    'בע"מ',
)
"""Forms in scripts that write without blanks, or that transliterate in many ways; taken out before transliteration."""


def _forms(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(form.split()) for line in text.splitlines() for form in line.split(";") if form.strip())


TRAILING_FORMS = _forms(_TRAILING)
LEADING_FORMS = _forms(_LEADING)
