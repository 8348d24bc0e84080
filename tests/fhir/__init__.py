"""What a FHIR R4 server may demand of us, and a small one that demands it."""
