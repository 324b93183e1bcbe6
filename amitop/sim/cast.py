"""Who the people are: names in many scripts, numbers, phones. One caller is hostile: callers choose their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

AGENTS = (
    "Ann Lee", "Jürgen Weiß", "Zoë Faure", "Tomás Ibáñez", "Kofi Mensah", "Nadia Haddad", "Søren Dahl", "Gül Öz",
    "Mei Lin 林美", "Peter Okafor", "Łucja Nowak", "Ravi Menon", "Chloé Petit", "Björn Åkesson", "Hana Satō",
    "Иван Петров", "Maria Rossi", "Dana Cohen", "Émile Roux", "Olga Popova", "Sam Tran", "Inês Vaz", "Liam Byrne",
    "Aylin Çelik", "Noor Ali", "Quinn Reyes", "Eszter Kőszegi", "Pavel Dvořák", "Akira Mori", "Jo Park",
)  # fmt: skip
OFFICE = (
    "Reception", "Laura Binder", "Bookkeeping", "王小明", "Warehouse", "سارة حداد", "Наталья Орлова", "דנה כהן",
    "Workshop", "Miguel Ángel Ruiz", "Front desk 2", "Fiona O'Hara",
)  # fmt: skip
CALLERS = (
    ("Ann-Marie Fox", "+1"), ("", "+1"), ("WIRELESS CALLER", "+1"), ("Carla Ruiz", "+34"), ("Lars Åberg", "+46"),
    ("王小明", "+86"), ("محمد الأحمد", "+971"), ("Ольга Смирнова", "+7"), ("יעל לוי", "+972"), ("Gül Öztürk", "+90"),
    ("Müller GmbH & Co. KG", "+49"), ("佐藤 花", "+81"), ("김민준", "+82"), ("Ηλίας Παππάς", "+30"),
    ("Zoé 🦊 Martin", "+33"),
    ("Bob \"Bobby\" D'Arc", "+44"), ("ACME\\Sales", "+1"), ("", "+44"), ("Nguyễn Thị Hoa", "+84"),
    ("Priya नायर", "+91"),
    ("José Peña", "+52"), ("Kim <kim>", "+1"), ("Raj Patel", "+44"), ("Jean-Luc Besson", "+33"), ("☎ Shop 24/7", "+39"),
)  # fmt: skip
HOSTILE = ("[bold red]Eve[/] \x1b]0;owned\x07\x1b[2J\x1b[31mMallory\u202e[link=x]", "+15550006660")
"""Markup, a terminal's escape sequences and a right-to-left override: what whoever shows a name must survive."""
ANONYMOUS = ("Anonymous", "anonymous")

PHONES = (
    "Yealink SIP-T46U 108.86.0.45",
    "snomD785/10.1.169.16",
    "PolyEdge-E350/8.1.2",
    "Zoiper v5.6.4",
    "Linphone/5.2.1",
)


def agent_name(number: int) -> str:
    """Name the agent of that number, from 1."""
    return _again(AGENTS, number - 1)


def office_name(number: int) -> str:
    """Name the office's phone of that number, from 1."""
    return _again(OFFICE, number - 1)


def _again(names: tuple[str, ...], index: int) -> str:
    round_, index = divmod(index, len(names))
    return f"{names[index]} {round_ + 1}" if round_ else names[index]


def caller(dice: random.Random) -> tuple[str, str]:
    """Choose somebody who calls: number and name."""
    chance = dice.random()
    if chance < 0.02:
        return HOSTILE[1], HOSTILE[0]
    if chance < 0.05:
        return ANONYMOUS[1], ANONYMOUS[0]
    name, country = dice.choice(CALLERS)
    return f"{country}{dice.randrange(200_000_000, 999_999_999)}", name


def number(dice: random.Random) -> str:
    """Choose a number that somebody here calls."""
    return f"{dice.choice(('+1', '+44', '+49', '+33', '+34'))}{dice.randrange(200_000_000, 999_999_999)}"
