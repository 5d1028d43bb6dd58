"""Rows as callers hand them to Registry.add."""

VENDOR_HEADINGS = "pen,element_id,name,data_type,semantics,units,status"
IANA_HEADINGS = "ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description,Units,Range,References"


def vendor_row(pen=99999, element_id=7, name="myCounter", data_type="unsigned32", **more):
    """A row under our own headings."""
    return {"pen": pen, "element_id": element_id, "name": name, "data_type": data_type, **more}
