"""Paths and limits of the API under test."""

BASE_PATH = "/echo/fhir/r4"
HEADERS = {"Accept": "application/fhir+json", "X-Request-Source": "loadtest"}
PAGE_SIZE = 10
LIMITS = {"patient": 1.5, "observation": 2.5, "default": 3.0}


def limit_for(resource):
    """Seconds that an answer may take."""
    return LIMITS.get(resource.lower(), LIMITS["default"])
