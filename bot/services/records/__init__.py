"""A case as others read it: staff, spreadsheets, FHIR servers."""
