"""Values that are written where nothing is known, and mail domains that anybody can use."""

from __future__ import annotations

_NOTHING_WORDS = """
na nan none null nil nill void unknown unk unkn unknow tba tbd tbc tbn notavailable notapplicable
notprovided notknown notgiven notstated notspecified notdisclosed notset notrequired notyet
notyetknown unavailable unspecified undefined undisclosed unnamed unassigned withheld redacted
anonymous anon missing empty blank default dummy placeholder sample example test testing tester
testtest testuser testcompany testcustomer testaccount todo fixme asdf asdfasdf asdfgh qwerty qwertz
foo bar foobar baz xyz noname noreply nodata novalue nothing nobody noone nomail noemail nophone
noaddress donotknow dontknow idk seeabove seebelow seeattached sameasabove asabove ditto keine
keiner keineangabe unbekannt nichtbekannt nichtvorhanden entfallt inconnu inconnue aucun aucune
neant nonrenseigne desconocido desconocida ninguno ninguna nodisponible noaplica sconosciuto nessuno
nondisponibile onbekend geen nvt niettoepassing desconhecido nenhum naodisponivel okand ingen ukjent
ukendt tuntematon eityhtaan nieznany brak niedotyczy neznamy zadny ismeretlen nincs necunoscut
niciunul bilinmiyor yok neizvestno otsutstvuet nevidomo tidakada tidakdiketahui bilgiyok lorem ipsum
loremipsum customer customername company companyname firstname lastname fullname name legalname
phone email address street city country нет неизвестно неизвестный отсутствует невідомо 不明 未知 無 无 なし
該当なし 暂无 不详 없음 미상 해당없음 אין άγνωστο
"""
NOTHING = frozenset(_NOTHING_WORDS.split()) | {"", "غير معروف", "لا يوجد", "לא ידוע"}
"""Compared without blanks and punctuation, and in lower case."""

_FREE_MAIL_WORDS = """
gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com live.co.uk
msn.com outlook.fr outlook.de outlook.es outlook.it yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.fr
yahoo.de yahoo.es yahoo.it yahoo.com.br ymail.com rocketmail.com aol.com icloud.com me.com mac.com proton.me
protonmail.com pm.me tutanota.com tuta.io tutamail.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de
freenet.de mail.com mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com ya.ru rambler.ru qq.com foxmail.com
163.com 126.com sina.com sina.cn sohu.com aliyun.com naver.com daum.net hanmail.net zoho.com zohomail.com
fastmail.com hey.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it
tin.it terra.com.br uol.com.br bol.com.br ig.com.br wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz
email.cz abv.bg ukr.net i.ua rediffmail.com comcast.net verizon.net att.net btinternet.com sky.com
virginmedia.com bigpond.com optusnet.com.au shaw.ca rogers.com bluewin.ch telenet.be skynet.be ziggo.nl
kpnmail.nl planet.nl home.nl mailbox.org posteo.de posteo.net mailinator.com guerrillamail.com
10minutemail.com yopmail.com tempmail.com temp-mail.org trashmail.com sharklasers.com dispostable.com
"""
FREE_MAIL = frozenset(_FREE_MAIL_WORDS.split())
"""Providers of mailboxes to anybody, and of throw-away ones."""
