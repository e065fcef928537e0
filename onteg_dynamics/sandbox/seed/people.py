"""The names and numbers of the demo data. Every company and person is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Company:
    """A customer with the people who work there (first name, last name, job title)."""

    name: str
    number: str
    industry: int
    revenue: float
    employees: int
    domain: str
    phone: str
    street: str
    city: str
    postcode: str
    country: str
    contacts: tuple[tuple[str, str, str], ...]


EURO: dict[str, Any] = {
    "currencyname": "Euro",
    "isocurrencycode": "EUR",
    "currencysymbol": "€",
    "currencyprecision": 2,
    "exchangerate": 0.92,
}

PRODUCTS = (
    ("Espresso Machine E2", "EM-002", 3400.0),
    ("Espresso Machine E4", "EM-004", 6900.0),
    ("Grinder G1", "GR-001", 780.0),
    ("Grinder G2 Silent", "GR-002", 1150.0),
    ("Water Filter Set", "WF-100", 96.0),
    ("Barista Training, one day", "TR-010", 640.0),
    ("House Blend, 10 kg", "CF-010", 189.0),
    ("Service Contract, one year", "SV-012", 1200.0),
)

COLLEAGUES = (
    ("Amara", "Diallo", "Head of Sales", "Sales Manager"),
    ("Jonas", "Keller", "Account Manager", "Salesperson"),
    ("Priya", "Raman", "Account Manager", "Salesperson"),
    ("Tomás", "Silva", "Customer Service", "Customer Service Representative"),
)

ACCOUNTS = (
    Company(
        "Northwind Roasters",
        "NR-1001",
        12,
        7_400_000.0,
        84,
        "northwindroasters.example",
        "+1 206 555 0110",
        "18 Harbor Avenue",
        "Seattle",
        "98101",
        "United States",
        (("Yvonne", "McKay", "Purchasing Manager"), ("Omar", "Haddad", "Managing Director")),
    ),
    Company(
        "Alpine Ski House",
        "AS-1002",
        33,
        12_800_000.0,
        210,
        "alpineskihouse.example",
        "+41 44 555 0121",
        "Bergstrasse 7",
        "Zürich",
        "8001",
        "Switzerland",
        (("Lena", "Brunner", "Facility Manager"), ("Marco", "Frei", "Head of Hospitality")),
    ),
    Company(
        "Fourth Coffee",
        "FC-1003",
        33,
        2_150_000.0,
        31,
        "fourthcoffee.example",
        "+1 425 555 0132",
        "220 Pine Street",
        "Redmond",
        "98052",
        "United States",
        (("Rene", "Valdes", "Owner"),),
    ),
    Company(
        "Litware Offices",
        "LO-1004",
        28,
        4_900_000.0,
        57,
        "litware.example",
        "+1 312 555 0143",
        "9 Lake Shore Drive",
        "Chicago",
        "60601",
        "United States",
        (("Susanna", "Stubberod", "Office Manager"), ("Paul", "Cannon", "Finance")),
    ),
    Company(
        "Adventure Works Cafés",
        "AW-1005",
        33,
        9_600_000.0,
        140,
        "adventureworks.example",
        "+44 20 5550 0154",
        "41 Camden Road",
        "London",
        "NW1 9LR",
        "United Kingdom",
        (("Nancy", "Anderson", "Operations"), ("Maria", "Campbell", "Buyer")),
    ),
    Company(
        "City Power & Light",
        "CP-1006",
        31,
        58_000_000.0,
        1300,
        "citypower.example",
        "+1 214 555 0165",
        "500 Main Street",
        "Dallas",
        "75201",
        "United States",
        (("Scott", "Konersmann", "Facilities"),),
    ),
    Company(
        "Contoso Pharma",
        "CO-1007",
        11,
        31_000_000.0,
        640,
        "contosopharma.example",
        "+49 30 5550 0176",
        "Lindenallee 3",
        "Berlin",
        "10117",
        "Germany",
        (("Robert", "Lyon", "Procurement"), ("Vincent", "Lauriant", "Site Services")),
    ),
    Company(
        "Blue Yonder Airport Lounges",
        "BY-1008",
        33,
        15_300_000.0,
        260,
        "blueyonder.example",
        "+61 2 5550 0187",
        "Terminal Road 1",
        "Sydney",
        "2020",
        "Australia",
        (("Jim", "Glynn", "Lounge Manager"),),
    ),
    Company(
        "Coho Winery & Bistro",
        "CW-1009",
        12,
        1_300_000.0,
        22,
        "cohowinery.example",
        "+1 707 555 0198",
        "77 Vine Lane",
        "Napa",
        "94558",
        "United States",
        (("Patrick", "Steiner", "Bistro Manager"),),
    ),
    Company(
        "A. Datum Corporation",
        "AD-1010",
        8,
        22_500_000.0,
        410,
        "adatum.example",
        "+31 20 555 0109",
        "Keizersgracht 12",
        "Amsterdam",
        "1015 CS",
        "Netherlands",
        (("Sidney", "Higa", "Workplace Lead"), ("Cathan", "Cook", "Assistant")),
    ),
)

# first name, last name, company, subject, source
LEADS = (
    ("Hana", "Novak", "Novak Bakeries", "Four machines for new shops", 8),
    ("Luis", "Ortega", "Hotel Ortega", "Breakfast bar, 120 rooms", 3),
    ("Grace", "Okafor", "Okafor & Sons", "Office coffee for 40 people", 8),
    ("Ivan", "Petrov", "Petrov Logistics", "Vending in two warehouses", 1),
    ("Mei", "Tanaka", "Tanaka Design", "One machine, rented", 5),
    ("Sean", "O'Brien", "O'Brien Taverns", "Barista training for 12", 4),
    ("Fatima", "Zahra", "Zahra Clinics", "Quiet grinders for waiting rooms", 8),
    ("Erik", "Lund", "Lund Shipping", "Machines for three ferries", 7),
    ("Chloé", "Martin", "Martin Librairie", "Reading café", 2),
    ("David", "Cohen", "Cohen Partners", "Service contract for old machines", 3),
    ("Anna", "Kowalska", "Kowalska Travel", "Coffee corner in six branches", 8),
    ("Ravi", "Menon", "Menon Textiles", "Canteen, 300 people", 6),
)

# customer, topic, estimated revenue, days until it should close
DEALS = (
    ("Northwind Roasters", "Grinders for the new roastery", 9_200.0, 30),
    ("Northwind Roasters", "Barista training, spring", 3_840.0, 75),
    ("Alpine Ski House", "Machines for four huts", 27_600.0, 45),
    ("Fourth Coffee", "Second shop", 14_500.0, 20),
    ("Litware Offices", "Coffee corners on three floors", 18_900.0, 60),
    ("Adventure Works Cafés", "Replace machines in Camden", 41_400.0, 90),
    ("Adventure Works Cafés", "House blend, one year", 22_680.0, 15),
    ("City Power & Light", "Canteen, main building", 62_000.0, 120),
    ("Contoso Pharma", "Quiet grinders for the labs", 11_500.0, 40),
    ("Contoso Pharma", "Service contract", 7_200.0, 10),
    ("Blue Yonder Airport Lounges", "Lounge T1", 34_500.0, 80),
    ("Coho Winery & Bistro", "Bistro machine", 6_900.0, 25),
    ("A. Datum Corporation", "Headquarters", 48_300.0, 100),
    ("A. Datum Corporation", "Water filters", 1_920.0, 12),
)

# customer, title, origin
CASES = (
    ("Northwind Roasters", "Grinder stops after ten minutes", 1),
    ("Alpine Ski House", "Wrong voltage delivered", 2),
    ("Fourth Coffee", "Invoice shows the old address", 2),
    ("Litware Offices", "Machine leaks at the boiler", 1),
    ("Adventure Works Cafés", "Training date must move", 3),
    ("City Power & Light", "Access card for the technician", 1),
    ("Contoso Pharma", "Noise above the limit", 2),
    ("A. Datum Corporation", "Filter set incomplete", 3),
)
