"""A case as FHIR R4 resources: pure functions from a loaded case to plain JSON mappings.

No FHIR library at run time: the resources are small and fixed, and the tests hold them against the
published models and value sets (bot/decisions/0008-records-for-other-systems.md).
"""

from bot.services.records.fhir.bundle import case_bundle
from bot.services.records.fhir.record import Record

__all__ = ["Record", "case_bundle"]
