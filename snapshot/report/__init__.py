"""The report of a check, as PDF or DOCX."""
