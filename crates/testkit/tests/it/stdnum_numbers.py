"""Numbers at random and valid ones, a line each: form, number, and whether python-stdnum takes it (1 or 0)."""
import random
import re
import sys

from stdnum import iban, luhn
from stdnum.be import bis, nn
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.nl import bsn

random.seed(int(sys.argv[1]))
EACH = int(sys.argv[2])
MONTHS = [*range(13), *range(20, 33), *range(40, 53)]
# What stands behind the check digits, by country: digits, capitals, or both.
BBAN = {
    "AT": "16n", "BE": "12n", "CH": "5n12c", "DE": "18n", "DK": "14n", "ES": "20n", "FI": "14n", "FR": "10n11c2n",
    "GB": "4a14n", "IT": "1a10n12c", "LU": "3n13c", "NL": "4a10n", "NO": "11n", "PL": "24n", "PT": "21n", "SE": "20n",
}
KINDS = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def digits(many):
    return f"{random.randrange(10 ** many):0{many}d}"


def be_nrn(valid):
    if not valid:
        return digits(11)
    year = random.randrange(100)
    nine = f"{year:02d}{random.choice(MONTHS):02d}{random.randrange(32):02d}{random.randrange(1, 1000):03d}"
    # Nobody is born after today.
    century = random.choice(["", "2"]) if year <= 25 else ""
    return nine + f"{97 - int(century + nine) % 97:02d}"


def checked(many, takes):
    """A number of a form with one check digit, found by trying the ten."""
    while True:
        body = digits(many - 1)
        right = [body + str(check) for check in range(10) if takes(body + str(check))]
        if right:
            return random.choice(right)


def gb_nhs(valid):
    return checked(10, nhs.is_valid) if valid else digits(10)


def nl_bsn(valid):
    return checked(9, bsn.is_valid) if valid else digits(9)


def fr_nir(valid):
    department = random.choice(["2A", "2B", *[f"{number:02d}" for number in range(100)]])
    month = f"{random.randrange(1, 13):02d}" if valid else digits(2)
    body = random.choice("123478") + digits(2) + month + department + digits(6)
    return body + (nir.calc_check_digits(body) if valid else digits(2))


def numbers_luhn(valid):
    many = random.randrange(12, 20)
    if not valid:
        return digits(many)
    body = digits(many - 1)
    return body + luhn.calc_check_digit(body)


def numbers_iban(valid):
    country = random.choice(list(BBAN))
    parts = re.findall(r"(\d+)([nac])", BBAN[country])
    body = "".join(random.choice(KINDS[kind]) for many, kind in parts for _ in range(int(many)))
    return country + (iban.calc_check_digits(country + "00" + body) if valid else digits(2)) + body


FORMS = {
    "be-nrn": (be_nrn, lambda number: nn.is_valid(number) or bis.is_valid(number)),
    "nhs-number": (gb_nhs, nhs.is_valid),
    "nl-bsn": (nl_bsn, bsn.is_valid),
    "fr-nir": (fr_nir, nir.is_valid),
    "luhn": (numbers_luhn, luhn.is_valid),
    "iban": (numbers_iban, lambda number: iban.is_valid(number, check_country=False)),
}
for form, (make, takes) in FORMS.items():
    for at in range(EACH):
        number = make(at % 2 == 0)
        print(form, number, int(takes(number)))
