"""The countries the made-up companies come from: languages, legal forms, ways to write a phone number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One country.

    In phone formats `#` is a digit and `{area}` an area code without its leading zero. `cities` replace Faker's where
    that keeps them in no fixed order, which would make the seed depend on Python's hash seed.
    """

    name: str
    locale: str
    weight: int
    currency: str
    domain: str
    areas: tuple[str, ...]
    phones: tuple[str, ...]
    forms: tuple[str, ...]
    trades: tuple[str, ...]
    sons: str
    states: tuple[str, ...]
    house_first: bool = False
    cities: tuple[str, ...] = ()


COUNTRIES = (
    Country(
        name="Germany",
        locale="de_DE",
        weight=30,
        currency="EUR",
        domain="de",
        areas=("30", "40", "69", "89", "211", "221", "711"),
        phones=(
            "+49 {area} ######",
            "0{area}/######",
            "0049 {area} ######",
            "(0{area}) ### ###",
            "+49 (0){area} ######",
        ),
        forms=("GmbH", "GmbH & Co. KG", "AG", "KG", "e.K."),
        trades=(
            "Maschinenbau",
            "Pumpentechnik",
            "Anlagenbau",
            "Großhandel",
            "Kältetechnik",
            "Getränkelogistik",
        ),
        sons="Söhne",
        states=("Nordrhein-Westfalen", "Bayern", "Hessen", "Baden-Württemberg", "Thüringen", "Sachsen"),
    ),
    Country(
        name="Austria",
        locale="de_AT",
        weight=6,
        currency="EUR",
        domain="at",
        areas=("1", "316", "512", "732"),
        phones=("+43 {area} ######", "0{area} ## ## ##", "0043-{area}-######"),
        forms=("GmbH", "OG", "AG"),
        trades=("Holzbau", "Seilbahntechnik", "Käserei", "Installationen", "Bäckereitechnik"),
        sons="Söhne",
        states=("Steiermark", "Tirol", "Wien", "Oberösterreich"),
    ),
    Country(
        name="France",
        locale="fr_FR",
        weight=12,
        currency="EUR",
        domain="fr",
        areas=("1", "2", "3", "4", "5"),
        phones=("+33 {area} ## ## ## ##", "0{area} ## ## ## ##", "0{area}.##.##.##.##"),
        forms=("SARL", "SAS", "S.A.", "& Cie"),
        trades=("Équipements", "Hydraulique", "Mécanique", "Énergie", "Traiteur", "Transports"),
        sons="Fils",
        states=("Île-de-France", "Bretagne", "Occitanie", "Provence-Alpes-Côte d'Azur"),
        house_first=True,
    ),
    Country(
        name="Netherlands",
        locale="nl_NL",
        weight=9,
        currency="EUR",
        domain="nl",
        areas=("10", "20", "30", "70"),
        phones=("+31 {area} ### ####", "0{area}-#######", "0031 {area} #######"),
        forms=("B.V.", "N.V.", "V.O.F."),
        trades=("Waterbouw", "Kassenbouw", "Logistiek", "Scheepswerf", "Zuiveltechniek"),
        sons="Zonen",
        states=("Noord-Holland", "Zuid-Holland", "Utrecht", "Fryslân"),
    ),
    Country(
        name="Italy",
        locale="it_IT",
        weight=8,
        currency="EUR",
        domain="it",
        areas=("02", "06", "011", "055"),
        phones=("+39 {area} ########", "{area} ########", "+39-{area}-########"),
        forms=("S.r.l.", "S.p.A.", "S.n.c."),
        trades=("Meccanica", "Ceramiche", "Alimentari", "Impianti", "Tessuti"),
        sons="Figli",
        states=("MI", "RM", "TO", "FI"),
        cities=("Milano", "Torino", "Bologna", "Forlì", "Cantù", "Verona", "Genova", "Trento", "Prato", "Lecce"),
    ),
    Country(
        name="Spain",
        locale="es_ES",
        weight=6,
        currency="EUR",
        domain="es",
        areas=("91", "93", "95"),
        phones=("+34 {area}# ### ###", "{area}# ## ## ##", "0034{area}#######"),
        forms=("S.L.", "S.A.", "y Cía."),
        trades=("Conservas", "Construcción", "Energía Solar", "Señalización", "Viñedos"),
        sons="Hijos",
        states=("Cataluña", "Andalucía", "Comunidad de Madrid", "Castilla y León"),
    ),
    Country(
        name="Sweden",
        locale="sv_SE",
        weight=4,
        currency="EUR",
        domain="se",
        areas=("8", "31", "40"),
        phones=("+46 {area} ### ## ##", "0{area}-### ## ##", "+46 (0){area} ######"),
        forms=("AB", "HB"),
        trades=("Skogsmaskiner", "Verktyg", "Trähus", "Fjärrvärme", "Båtvarv"),
        sons="Söner",
        states=("Skåne", "Västra Götaland", "Stockholms län"),
    ),
    Country(
        name="United Kingdom",
        locale="en_GB",
        weight=12,
        currency="GBP",
        domain="co.uk",
        areas=("20", "121", "131", "161"),
        phones=("+44 {area} #### ####", "(0{area}) #### ####", "0{area} ########", "+44 (0){area} #######"),
        forms=("Ltd", "Ltd.", "Limited", "PLC", "LLP"),
        trades=("Engineering", "Marine", "Foods", "Tooling", "Water Systems", "Brewing"),
        sons="Sons",
        states=("Kent", "West Midlands", "Greater Manchester", "Lothian"),
        house_first=True,
    ),
    Country(
        name="United States",
        locale="en_US",
        weight=13,
        currency="USD",
        domain="com",
        areas=("212", "312", "415", "617", "713"),
        phones=("+1 {area}-555-01##", "({area}) 555-01##", "{area}.555.01##", "1-{area}-555-01## x##"),
        forms=("Inc.", "LLC", "Corp.", "Co."),
        trades=("Industrial Supply", "Controls", "Packaging", "Pumps", "Logistics", "Farms"),
        sons="Sons",
        states=("NY", "IL", "CA", "MA", "TX"),
        house_first=True,
    ),
)
