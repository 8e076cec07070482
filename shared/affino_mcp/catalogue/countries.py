"""Countries: the codes of ISO 3166-1 with their English names, and the other words that people write for them.

Codes and names are those of Unicode CLDR (https://cldr.unicode.org: English territory names, territory aliases), limited to
the codes that ISO 3166-1 assigns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

MAX_COUNTRY_CHARACTERS: Final = 60
_LONGEST_CODE: Final = 3

_COUNTRIES: Final = """
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua & Barbuda; AI AIA Anguilla;
AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM American Samoa;
AT AUT Austria; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan; BA BIH Bosnia & Herzegovina;
BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain;
BI BDI Burundi; BJ BEN Benin; BL BLM St. Barthélemy; BM BMU Bermuda; BN BRN Brunei; BO BOL Bolivia;
BQ BES Caribbean Netherlands; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island; BW BWA Botswana;
BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands; CD COD Congo - Kinshasa;
CF CAF Central African Republic; CG COG Congo - Brazzaville; CH CHE Switzerland; CI CIV Côte d'Ivoire;
CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China; CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba;
CV CPV Cape Verde; CW CUW Curaçao; CX CXR Christmas Island; CY CYP Cyprus; CZ CZE Czechia; DE DEU Germany;
DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic; DZ DZA Algeria; EC ECU Ecuador;
EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain; ET ETH Ethiopia; FI FIN Finland;
FJ FJI Fiji; FK FLK Falkland Islands; FM FSM Micronesia; FO FRO Faroe Islands; FR FRA France; GA GAB Gabon;
GB GBR United Kingdom; GD GRD Grenada; GE GEO Georgia; GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana;
GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe; GQ GNQ Equatorial Guinea;
GR GRC Greece; GS SGS South Georgia & South Sandwich Islands; GT GTM Guatemala; GU GUM Guam; GW GNB Guinea-Bissau;
GY GUY Guyana; HK HKG Hong Kong SAR China; HM HMD Heard Island & McDonald Islands; HN HND Honduras; HR HRV Croatia;
HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland; IL ISR Israel; IM IMN Isle of Man; IN IND India;
IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL Iceland; IT ITA Italy; JE JEY Jersey;
JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia; KI KIR Kiribati;
KM COM Comoros; KN KNA St. Kitts & Nevis; KP PRK North Korea; KR KOR South Korea; KW KWT Kuwait;
KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon; LC LCA St. Lucia; LI LIE Liechtenstein;
LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania; LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya;
MA MAR Morocco; MC MCO Monaco; MD MDA Moldova; ME MNE Montenegro; MF MAF St. Martin; MG MDG Madagascar;
MH MHL Marshall Islands; MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar (Burma); MN MNG Mongolia;
MO MAC Macao SAR China; MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat;
MT MLT Malta; MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique;
NA NAM Namibia; NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua;
NL NLD Netherlands; NO NOR Norway; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand; OM OMN Oman;
PA PAN Panama; PE PER Peru; PF PYF French Polynesia; PG PNG Papua New Guinea; PH PHL Philippines; PK PAK Pakistan;
PL POL Poland; PM SPM St. Pierre & Miquelon; PN PCN Pitcairn Islands; PR PRI Puerto Rico;
PS PSE Palestinian Territories; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion;
RO ROU Romania; RS SRB Serbia; RU RUS Russia; RW RWA Rwanda; SA SAU Saudi Arabia; SB SLB Solomon Islands;
SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore; SH SHN St. Helena, Ascension & Tristan da Cunha;
SI SVN Slovenia; SJ SJM Svalbard & Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone; SM SMR San Marino; SN SEN Senegal;
SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP São Tomé & Príncipe; SV SLV El Salvador;
SX SXM Sint Maarten; SY SYR Syria; SZ SWZ Eswatini; TC TCA Turks & Caicos Islands; TD TCD Chad;
TF ATF French Southern and Antarctic Lands; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau;
TL TLS Timor-Leste; TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Türkiye; TT TTO Trinidad & Tobago;
TV TUV Tuvalu; TW TWN Taiwan; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda; UM UMI U.S. Outlying Islands;
US USA United States; UY URY Uruguay; UZ UZB Uzbekistan; VA VAT Vatican City; VC VCT St. Vincent & Grenadines;
VE VEN Venezuela; VG VGB British Virgin Islands; VI VIR U.S. Virgin Islands; VN VNM Vietnam; VU VUT Vanuatu;
WF WLF Wallis & Futuna; WS WSM Samoa; YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa; ZM ZMB Zambia;
ZW ZWE Zimbabwe
"""
"""Each country: its code of two letters, its code of three, and its English name."""

_OTHER_WORDS: Final = """
GB UK; GB Great Britain; GB Britain; GB England; GB Scotland; GB Wales; GB Northern Ireland; US United States of America;
US America; IE Republic of Ireland; IE Eire; NL Holland; NL The Netherlands; CZ Czech Republic; TR Turkey; CI Ivory Coast;
MM Burma; MM Myanmar; SZ Swaziland; MK Macedonia; CV Cabo Verde; TL East Timor; VA Vatican; VA Holy See; RU Russian Federation;
KR Republic of Korea; KR Korea; VN Viet Nam; AE UAE; HK Hong Kong; MO Macao; MO Macau; CD Congo-Kinshasa; CD DRC;
CD Democratic Republic of the Congo; CG Congo; CG Republic of the Congo; PS Palestine; SY Syrian Arab Republic;
LA Lao People's Democratic Republic; IR Islamic Republic of Iran; TZ United Republic of Tanzania; MD Republic of Moldova;
BO Plurinational State of Bolivia; VE Bolivarian Republic of Venezuela; BN Brunei Darussalam; FM Federated States of Micronesia;
KP Democratic People's Republic of Korea; TW Republic of China; CN People's Republic of China
"""
"""Other words for a country: its code, and the word."""


def find_country(text: str) -> str | None:
    """The code of two letters for a code of two or three letters or an English name; None for what is no country.

    Case, accents, blanks and punctuation do not matter; nor do the article, `&` for `and` and `St.` for `Saint`.
    """
    is_code = len(text.strip()) <= _LONGEST_CODE
    return None if is_code and not text.isascii() else _codes_by_word().get(_fold(text))


def find_long_code(code: str) -> str | None:
    """The code of three letters for one of two; None for what is no code of a country."""
    return next((longer for known, longer, _ in _list_countries() if known == code), None)


def _list_countries() -> Iterator[list[str]]:
    """The code of two letters, that of three and the name of each country."""
    return (entry.strip().split(" ", 2) for entry in _COUNTRIES.replace("\n", " ").split(";"))


@cache
def _codes_by_word() -> dict[str, str]:
    found = dict[str, str]()
    for code, longer, name in _list_countries():
        found |= {_fold(word): code for word in (code, longer, name)}
    others = (entry.strip().split(" ", 1) for entry in _OTHER_WORDS.replace("\n", " ").split(";"))
    return {_fold(word): code for code, word in others} | found


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    words = "".join(
        letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter)
    ).split()
    known = ["st" if word == "saint" else word for word in words if word != "the" or len(words) == 1]
    return "".join(known)
